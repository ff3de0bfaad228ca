"""``python -m eightcount.serve``."""

from __future__ import annotations

import sys

from eightcount.serve.command import main

if __name__ == "__main__":
    sys.exit(main())
