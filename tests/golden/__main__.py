"""``python -m tests.golden``."""

from . import main

raise SystemExit(main())
