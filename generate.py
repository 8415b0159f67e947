"""`python generate.py key=value …` is `tarot generate key=value …`."""

import sys

from tarot.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["generate", *sys.argv[1:]]))
