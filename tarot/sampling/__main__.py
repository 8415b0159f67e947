"""`python -m tarot.sampling FILE PLACE`: where a model's weights are, which are made if need be.

The file holds the node `model` of a config as JSON. The path is written into PLACE: libraries that
are imported write to standard output.
"""

import sys
from pathlib import Path

from tarot.config.schema import ModelConfig
from tarot.config.validation import parse
from tarot.runs import read_json, write_atomically
from tarot.runs.exits import Exit
from tarot.sampling.checkpoints import local_checkpoint
from tarot.types import UserError


def main(file: str, place: str) -> int:
    """Write the path of the checkpoint of the model that a file describes."""
    try:
        model = parse(ModelConfig, read_json(Path(file)))
        write_atomically(Path(place), str(local_checkpoint(model)).encode())
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return Exit.USER_ERROR
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
