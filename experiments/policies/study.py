"""The demo under `average` and `forward_ce`: train what is missing, then write the table.

python -m experiments.policies.study                      about an hour; the same command goes on
python -m experiments.policies.study runs_dir=/data/runs  any setting of train.py, for all six runs
python -m experiments.policies.study out=DIR              results, table and configs elsewhere

The runs under the rule's choice are those of `experiments.demo.study` with the same seeds, whose
results are read.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments import demo
from experiments.command import OutSettings, run_command, study_settings
from experiments.demo.pooling import changes_of
from experiments.demo.results import Arm
from experiments.demo.results import Results as DemoResults
from experiments.demo.study import EXPERIMENT, SEEDS
from experiments.policies import HERE
from experiments.policies.results import RULE, Policy, Results, RunResult
from experiments.policies.table import render
from experiments.results import write_study
from experiments.runs import directories_of
from tarot.cli import train
from tarot.runs import RunDirectory, config_sha
from tarot.runs.exits import Exit
from tarot.types import UserError


def main(arguments: Sequence[str]) -> int:
    """Train, collect, and write what a whole study has shown; of a part, what is missing."""
    given, overrides = study_settings(OutSettings, arguments)
    code = train.run(multirun(overrides))
    runs = locate_runs(overrides)
    try:
        results = Results((*rule_results(), *(_read(*key, run) for key, run in runs.items())))
    except UserError as error:
        sys.stdout.write(f"- missing: {error}\n")
        return code or Exit.FAILED
    names = {f"{policy}-{seed}": run for (policy, seed), run in runs.items()}
    write_study(results, render(results), names, Path(given.out or HERE))
    return code


def multirun(overrides: Sequence[str]) -> list[str]:
    """The arguments of `train.py` that make all runs, those finished left as they are."""
    seeds = ",".join(map(str, SEEDS))
    return [EXPERIMENT, f"curriculum={','.join(Policy)}", f"seed={seeds}", *overrides, "-m"]


def locate_runs(overrides: Sequence[str]) -> dict[tuple[str, int], RunDirectory]:
    """Where the run of each policy and seed lies, finished or not."""
    keys = [(policy.value, seed) for policy in Policy for seed in SEEDS]
    return dict(zip(keys, directories_of(multirun(overrides)), strict=True))


def rule_results() -> list[RunResult]:
    """The demo's runs, which train under what the rule chooses."""
    runs = [run for run in DemoResults.read(demo.HERE).runs if run.arm is Arm.TIERED]
    return [RunResult(RULE, run.seed, run.run, run.sha, run.changes) for run in runs]


def _read(policy: str, seed: int, run: RunDirectory) -> RunResult:
    sha = config_sha(run.config(), run.data_fingerprint())
    return RunResult(policy, seed, run.path.name, sha, changes_of(run))


if __name__ == "__main__":
    sys.exit(run_command(main, __doc__))
