"""`python -m callpoint` is `callpoint`."""

import sys

from callpoint.cli import main

if __name__ == "__main__":
    sys.exit(main())
