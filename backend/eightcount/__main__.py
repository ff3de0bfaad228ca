"""`python -m eightcount`."""

import sys

from eightcount.cli import main

sys.exit(main())
