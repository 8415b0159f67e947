"""`python evaluate.py key=value …` is `tarot evaluate key=value …`."""

import sys

from tarot.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["evaluate", *sys.argv[1:]]))
