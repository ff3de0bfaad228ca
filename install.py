"""Set up Eightcount: `python install.py`, `python install.py demo`, `python install.py test`.

Standard library only. Any Python from 2.7 on can read this file as far as the sentence that turns
it away; what is done stands in packaging/eightcount_setup/, one idea a file.
"""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))


def main():
    if sys.version_info < (3, 8):
        version = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write(
            "Python " + version + " is too old: install Python 3.11 and run install.py with it.\n"
        )
        return 1
    # The installer's own bytecode would make a read-only or shared folder dirty for nothing.
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.join(ROOT, "packaging"))
    from eightcount_setup.command_line import run_install

    return run_install(ROOT, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
