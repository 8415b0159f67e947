"""`tarot probe`: what a model solves before it is trained, tier by tier, and what follows."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from tarot.capability import AdaptiveChoice, ProblemOutcomes
from tarot.capability.filtering import kept_ids
from tarot.cli.command import typed_command
from tarot.cli.composition import compose
from tarot.cli.launching import report
from tarot.cli.outputs import check_output
from tarot.cli.planning import PlannedRun, plan_run
from tarot.cli.screen import screen
from tarot.config.model_facts import with_facts
from tarot.config.targets import build
from tarot.config.trials import ProbeRunConfig
from tarot.config.validation import parse
from tarot.data import DataSource, Split, write_jsonl
from tarot.probe.directory import Probe, num_problems, num_samples
from tarot.probe.report import to_table
from tarot.runs.exits import Exit, exit_code
from tarot.types import Launcher, Outcome, RunState, UserError


def run(arguments: Sequence[str]) -> int:
    """Probe for every config that the arguments describe; the exit code is that of the worst."""
    jobs = [_planned(job.config) for job in compose("probe", arguments)]
    typed = typed_command("probe", arguments)
    return max([_probe(planned, out, typed) for planned, out in jobs], default=Exit.OK)


def _planned(config: Mapping[str, Any]) -> tuple[PlannedRun, str | None]:
    """The run that the probe is for, and the file for what its filter keeps."""
    config = with_facts(config)
    out = parse(ProbeRunConfig, config).out
    check_output("out", out)
    if out is not None:
        if config["filter"] is None:
            raise UserError("out: it is for what a filter keeps; give filter=[0.1,0.9] too")
        if Path(out).suffix != ".jsonl":
            raise UserError(f"out: {out}: not a .jsonl file; training could not read it")
    settings = {key: config[key] for key in config if key != "out"}
    return plan_run(settings, is_to_train=False), out


def _probe(planned: PlannedRun, out: str | None, typed: str) -> int:
    probe = Probe.of(planned.settings, planned.data_fingerprint)
    if planned.settings.dry_run:
        sys.stdout.write(_announcement(planned, probe))
        return Exit.OK
    if not probe.path.exists():
        outcome = _measure(planned, probe)
        if outcome.state is not RunState.FINISHED:
            _tell(outcome, probe, typed)
            return exit_code(outcome)
    _show(planned, probe, screen())
    if out is not None:
        _write_kept(planned, probe.outcomes(), out)
    return Exit.OK


def _announcement(planned: PlannedRun, probe: Probe) -> str:
    settings = planned.settings
    number = num_problems(settings) or "all"
    state = "measured already" if probe.path.exists() else "not measured yet"
    return (
        f"{num_samples(settings)} completions of {settings.model.id} for each of {number} "
        f"training problems, judged on their whole suites: {state}\n"
    )


def _measure(planned: PlannedRun, probe: Probe) -> Outcome:
    probe.prepare(planned.config, planned.data_fingerprint)
    launcher: Launcher = build("launcher", planned.config["launcher"])
    return launcher.launch(probe.child)


def _tell(outcome: Outcome, probe: Probe, typed: str) -> None:
    report(outcome, probe.directory.path, typed)
    if outcome.state is RunState.SUBMITTED:
        sys.stdout.write(f"see what it finds, when it has ended, with: {typed}\n")


def _show(planned: PlannedRun, probe: Probe, console: Console) -> None:
    outcomes = probe.outcomes()
    console.print(to_table(planned.settings.model.id, outcomes))
    curriculum = build("curriculum", planned.config["curriculum"])
    if isinstance(curriculum, AdaptiveChoice):
        ids = _kept(planned, outcomes)
        known = [found for found in outcomes if found.problem_id in ids]
        decision = curriculum.decide(known, planned.settings.num_generations)
        console.print(decision.block, highlight=False, markup=False, soft_wrap=True)
    console.print(f"outcomes: {probe.path}", soft_wrap=True, highlight=False)


def _kept(planned: PlannedRun, outcomes: Sequence[ProblemOutcomes]) -> frozenset[str]:
    settings = planned.settings
    if settings.filter is None:
        return frozenset(found.problem_id for found in outcomes)
    return kept_ids(outcomes, settings.filter, settings.filter_by)


def _write_kept(planned: PlannedRun, outcomes: Sequence[ProblemOutcomes], out: str) -> None:
    source: DataSource = build("data", planned.config["data"])
    ids = _kept(planned, outcomes)
    problems = source.load(Split.TRAIN)
    kept = [problem for problem in problems if problem.id in ids]
    write_jsonl(kept, Path(out))
    sys.stdout.write(
        f"{out}: {len(kept)} of {len(problems)} training problems; "
        f"train on them with data=jsonl data.path={out}\n"
    )
