"""``python -m tests.torture``."""

from . import main

raise SystemExit(main())
