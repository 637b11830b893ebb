"""``python -m tests.accuracy``."""

from .report import main

raise SystemExit(main())
