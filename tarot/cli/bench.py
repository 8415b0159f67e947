"""`tarot bench`: a sandbox, the trainer or the audit, beside what it is compared with."""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tarot.bench.measurement import measure
from tarot.bench.tables import show
from tarot.cli.bench_audit import bench_audit
from tarot.cli.bench_hosted import bench_hosted
from tarot.cli.bench_stages import measure_and_show
from tarot.cli.bench_trainer import bench_trainer, with_experiment
from tarot.cli.composition import compose
from tarot.config.benches import BenchConfig, BenchHostedConfig
from tarot.config.validation import parse, suggestion
from tarot.runs.exits import ChildFailure, Exit
from tarot.types import UserError

KEY = "what="
SUBJECTS = ("sandbox", "hosted", "trainer", "audit")


def run(arguments: Sequence[str]) -> int:
    """Measure, show the tables, and write the figures where `out` says, those of each stage."""
    name, rest = in_full(arguments)
    jobs = [job.config for job in compose(name, rest)]
    if name == "bench_trainer":
        return _bench_trainer(jobs)
    if name == "bench_hosted":
        for hosted in [parse(BenchHostedConfig, job) for job in jobs]:
            bench_hosted(hosted)
        return Exit.OK
    if name == "bench_audit":
        return max(map(bench_audit, jobs), default=Exit.OK)
    for config in [parse(BenchConfig, job) for job in jobs]:
        _bench(config)
    return Exit.OK


def in_full(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The config's name and its arguments; the subject is `what=SUBJECT` or the first word."""
    words = [word for word in arguments[:1] if word in SUBJECTS]
    named = [word.removeprefix(KEY) for word in arguments if word.startswith(KEY)]
    subject = (named or words or ["sandbox"])[-1]
    if subject not in SUBJECTS:
        raise UserError(f"what: {subject}: no such subject" + suggestion(subject, SUBJECTS))
    rest = [word for word in arguments[len(words) :] if not word.startswith(KEY)]
    if subject == "trainer":
        return "bench_trainer", with_experiment(rest)
    return "bench" if subject == "sandbox" else f"bench_{subject}", rest


def _bench(config: BenchConfig) -> None:
    measure_and_show(partial(measure, config), show, config.out)


def _bench_trainer(configs: Sequence[Mapping[str, Any]]) -> int:
    try:
        for config in configs:
            bench_trainer(config)
    except ChildFailure as failure:
        sys.stderr.write(f"{failure.stderr}\n{failure}\n")
        return Exit.FAILED
    return Exit.OK
