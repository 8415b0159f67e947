"""`python -m tarot.cli VERB …` is `tarot VERB …`."""

import sys

from tarot.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
