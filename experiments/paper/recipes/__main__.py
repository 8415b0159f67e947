"""The 84 published recipes, each as the command that trains it.

python -m experiments.paper.recipes                                  all of them
python -m experiments.paper.recipes folder=gemma2-2b-it recipe=uni   one, or by patterns as 'var*'
python -m experiments.paper.recipes recipe=uni corrected=true        with the faults corrected
python -m experiments.paper.recipes recipe=uni dry_run=true          with a setting of train.py

They are published to the letter, faults included; `python -m experiments.paper.recipes.differences`
says what is corrected.
"""

import shlex
import sys
from collections.abc import Sequence

from experiments.command import run_command, study_settings
from experiments.paper.recipes.published import chosen
from tarot.config.strict import Strict
from tarot.runs.exits import Exit


class RecipeSettings(Strict):
    """What is the command's own among its arguments."""

    folder: str = "*"
    recipe: str = "*"
    corrected: bool = False


def main(arguments: Sequence[str]) -> int:
    """Print the commands that were asked for."""
    asked, others = study_settings(RecipeSettings, arguments)
    for recipe in chosen(asked.folder, asked.recipe):
        overrides = recipe.corrected if asked.corrected else recipe.published
        sys.stdout.write(shlex.join(["python", "train.py", *overrides, *others]) + "\n")
    return Exit.OK


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
