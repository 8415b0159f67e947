"""`python train.py key=value …` is `tarot train key=value …`."""

import sys

from tarot.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["train", *sys.argv[1:]]))
