"""`tarot data check`: a data set looked at before anything trains on it."""

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tarot.audit.benchmarks import index_of
from tarot.audit.data_set import DataAudit, audit_entries
from tarot.audit.findings import Consequence, Finding, FindingKind, too_long
from tarot.audit.references import failing_references
from tarot.audit.report import show
from tarot.cli.composition import Composed, compose
from tarot.cli.outputs import check_output
from tarot.cli.screen import screen
from tarot.cli.sources import sources_in_full
from tarot.config.model_facts import with_facts
from tarot.config.model_source import check_model
from tarot.config.targets import build, check_target
from tarot.config.trials import DataConfig
from tarot.config.validation import parse
from tarot.data import DataSource, JsonlSource, write_jsonl
from tarot.data.entries import read_entries
from tarot.grading.grader import Grader
from tarot.runs import write_atomically
from tarot.runs.exits import Exit
from tarot.types import Limits, UserError

_SUBJECT = "check"
_OWN_KEYS = ("execute", "benchmarks", "out", "clean", "grading", "sandbox")


def run(arguments: Sequence[str]) -> int:
    """Check every data set that the arguments name; the exit code is that of the worst."""
    jobs = compose("data", in_full(arguments))
    return max([_check(job) for job in jobs], default=Exit.OK)


def in_full(arguments: Sequence[str]) -> list[str]:
    """The arguments without `check`, and with what `file=` and `id=` are short for."""
    if not {"-h", "--help"} & set(arguments) and arguments[:1] != [_SUBJECT]:
        given = arguments[0] if arguments else "nothing"
        raise UserError(f"data: {given} is not what it can do; type tarot data check file=FILE")
    return sources_in_full([argument for argument in arguments if argument != _SUBJECT])


def _check(job: Composed) -> Exit:
    config = parse(DataConfig, with_facts(job.config))
    check_target("data", config.data)
    check_target("sandbox", config.sandbox)
    _check_outputs(config)
    source: DataSource = build("data", config.data)
    if not isinstance(source, JsonlSource):  # whose check would end at the first fault of a row
        source.check()
    console, errors = screen(), Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        audit = _read(source, config, progress)
        lengths = _measure(audit, config, progress)
        if config.execute:
            audit.findings += _run_references(audit, config, progress)
    console.print(show(audit, lengths, was_executed=config.execute))
    _write(audit, config)
    following = _next_step(audit, job.overrides, config)
    console.print(following, soft_wrap=True, highlight=False, markup=False)
    is_bad = any(_is_bad(finding) for finding in audit.findings)
    return Exit.FAILED if is_bad or not audit.problems else Exit.OK


def _check_outputs(config: DataConfig) -> None:
    check_output("out", config.out)
    check_output("clean", config.clean)
    if config.clean is None:
        return
    clean = Path(config.clean)
    if clean.suffix != ".jsonl":
        raise UserError(f"clean: {clean}: not a .jsonl file; training could not read it")
    if clean.resolve() == Path(config.data.get("path", "")).resolve():
        raise UserError(f"clean: {clean}: the file that is checked; name another")


def _read(source: DataSource, config: DataConfig, progress: Progress) -> DataAudit:
    index = index_of(config.benchmarks)
    entries = read_entries(source)
    return audit_entries(progress.track(entries, description="reading"), index)


def _measure(audit: DataAudit, config: DataConfig, progress: Progress) -> list[int] | str:
    """The lengths of all prompts in tokens, or why they can't be counted."""
    from tarot.sampling import (  # noqa: PLC0415 - torch and transformers
        load_tokenizer,
        local_checkpoint,
        prompt_lengths,
    )

    try:
        check_model(config.model)
        tokenizer = load_tokenizer(local_checkpoint(config.model), config.model)
    except UserError as error:
        return f"not counted: {error}"
    problems = [one.problem for one in audit.problems]
    counted = prompt_lengths(problems, config.prompt, config.model.system_role, tokenizer)
    lengths = list(progress.track(counted, total=len(problems), description="counting tokens"))
    audit.findings += too_long(audit.problems, lengths, config.max_prompt_tokens)
    return lengths


def _run_references(audit: DataAudit, config: DataConfig, progress: Progress) -> Iterator[Finding]:
    limits = Limits(**config.grading.limits.model_dump())
    grader = Grader(build("sandbox", config.sandbox), limits, config.grading.comparator)
    task = progress.add_task("running references", total=audit.num_references())
    try:
        yield from failing_references(
            audit.problems, grader, lambda done: progress.update(task, completed=done)
        )
    finally:
        grader.close()


def _write(audit: DataAudit, config: DataConfig) -> None:
    if config.out is not None:
        rows = (json.dumps(asdict(finding), ensure_ascii=False) for finding in audit.findings)
        write_atomically(Path(config.out), "".join(f"{row}\n" for row in rows).encode())
    if config.clean is not None:
        write_jsonl([one.problem for one in audit.clean()], Path(config.clean))


def _is_bad(finding: Finding) -> bool:
    is_failing = finding.kind is FindingKind.FAILING_REFERENCE
    return finding.kind.consequence is Consequence.STOPS or is_failing


def _next_step(audit: DataAudit, overrides: Sequence[str], config: DataConfig) -> str:
    """The command that trains on the data, on what is clean of it where a run would refuse it."""
    if not audit.problems:
        faults = [f"; {one.place}: {one.detail}" for one in audit.findings]
        return f"there is no problem to train on{''.join(faults[:1])}"
    if audit.num_tests().keys() == {None}:
        return "no curriculum counts a test of these problems: type data.tiering=single too"
    stops = [one for one in audit.findings if one.kind.consequence is Consequence.STOPS]
    typed = [word.removeprefix("++") for word in overrides]
    kept = [word for word in typed if _root(word) not in _OWN_KEYS]
    if stops and config.clean is None:
        first = stops[0]
        return f"a run refuses this data: mend {first.place} first, or type clean=FILE.jsonl too"
    if config.clean is not None:
        if not audit.clean():
            return "no problem is clean; see to what was found"
        kept = [word for word in kept if _root(word) != "data"]
        kept += ["data=jsonl", f"data.path={config.clean}"]
    elif "data" not in map(_root, kept):
        kept = ["data=starter", *kept]
    return f"train on it: {shlex.join(['python', 'train.py', *kept])}"


def _root(override: str) -> str:
    return override.partition("=")[0].partition(".")[0]
