"""`python -m tarot.sampling FILE` shows where a model's weights are, and makes them if need be.

The file holds the node `model` of a config as JSON.
"""

import sys
from pathlib import Path

from tarot.config.schema import ModelConfig
from tarot.config.validation import parse
from tarot.runs import read_json
from tarot.runs.exits import Exit
from tarot.sampling.checkpoints import local_checkpoint
from tarot.types import UserError


def main(path: str) -> int:
    """Show the checkpoint of the model that a file describes, on a line of its own."""
    try:
        model = parse(ModelConfig, read_json(Path(path)))
        sys.stdout.write(f"{local_checkpoint(model)}\n")
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return Exit.USER_ERROR
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
