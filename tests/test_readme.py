"""What the documents say can be typed works."""

import json
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache, partial
from io import StringIO
from pathlib import Path

import pytest
from huggingface_hub import constants

from tarot.cli import bench, compare, report
from tarot.cli.composition import choose_options, compose
from tarot.cli.data import in_full
from tarot.cli.launching import render
from tarot.cli.planning import infeasible, plan_run
from tarot.cli.sources import sources_in_full
from tarot.config.benches import BenchAuditConfig, BenchConfig, BenchHostedConfig
from tarot.config.comparison import CompareConfig
from tarot.config.evaluation import EvaluateConfig
from tarot.config.explaining import ExplainConfig
from tarot.config.exporting import ExportConfig
from tarot.config.generation import GenerateConfig
from tarot.config.reporting import ReportConfig
from tarot.config.reproduction import ReproduceConfig
from tarot.config.rescoring import RescoreConfig
from tarot.config.schema import RunConfig
from tarot.config.sharing import PackConfig
from tarot.config.strict import Strict
from tarot.config.trials import (
    AuditConfig,
    BenchTrainerConfig,
    ConformanceConfig,
    DataConfig,
    JudgeConfig,
    ProbeRunConfig,
    TryConfig,
)
from tarot.config.validation import parse
from tarot.types import UserError
from tests.documents import DOCUMENTS, FENCE, ROOT, typed_lines, write_own_files

INLINE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"python (?:train|evaluate|generate)\.py\b|tarot [a-z]|python -m |make\b")

# What is neither run nor composed here, and why.
EXCEPTIONS = {
    "tarot explain": "the verb by its name; it takes run=DIR",
    "tarot export": "the verb by its name; it takes run=DIR out=FOLDER",
    "tarot compare": "the verb by its name; it takes b=DIR",
    "tarot reproduce": "the verb by its name; it takes run=DIR",
    "tarot rescore": "the verb by its name; it takes run=DIR",
    "python train.py -m +sweep=models dry_run=true": "nine runs, composed in tests/config",
}
SCHEMAS: dict[str, type[Strict]] = {
    "audit": AuditConfig,
    "bench": BenchConfig,
    "bench_audit": BenchAuditConfig,
    "bench_hosted": BenchHostedConfig,
    "bench_trainer": BenchTrainerConfig,
    "compare": CompareConfig,
    "conformance": ConformanceConfig,
    "data": DataConfig,
    "evaluate": EvaluateConfig,
    "export": ExportConfig,
    "explain": ExplainConfig,
    "generate": GenerateConfig,
    "judge": JudgeConfig,
    "pack": PackConfig,
    "plan": RunConfig,
    "probe": ProbeRunConfig,
    "report": ReportConfig,
    "reproduce": ReproduceConfig,
    "rescore": RescoreConfig,
    "try": TryConfig,
}
IN_FULL: dict[str, Callable[[list[str]], list[str]]] = {
    "audit": sources_in_full,
    "compare": compare.in_full,
    "data": in_full,
    "pack": report.in_full,
    "report": report.in_full,
    "rescore": partial(choose_options, "curriculum"),
}
# Of the size of Qwen2.5 3B.
OWN_MODEL = {
    "model_type": "qwen2",
    "num_hidden_layers": 36,
    "hidden_size": 2048,
    "intermediate_size": 11008,
    "num_attention_heads": 16,
    "num_key_value_heads": 2,
    "vocab_size": 151_936,
    "tie_word_embeddings": True,
    "max_position_embeddings": 32_768,
}
ROW = """{"id": "a", "statement": "Print 1.", "reference": null,
"tests": [{"stdin": "", "expected": "1", "tier": "basic"}]}"""


def commands() -> list[str]:
    """Every command in the documents, once: lines of plain blocks, and code in the text."""
    found: list[str] = []
    for document in DOCUMENTS:
        prose = FENCE.sub("", document.read_text())
        found += typed_lines(document)
        found += [" ".join(code.split()) for code in INLINE.findall(prose)]
    return sorted({command for command in found if COMMAND.match(command)})


def try_out(command: str) -> None:
    """Go as far with a command as is possible without training, installing or measuring."""
    first, *rest = shlex.split(command, comments=True)
    if first == "make":
        subprocess.run(["make", "--dry-run", *rest], cwd=ROOT, check=True, capture_output=True)
    elif rest[0] == "train.py":
        plan_all(rest[1:])
    elif rest[0] == "-m":
        show_help(rest[1])
    else:
        verb, *arguments = [rest[0].removesuffix(".py"), *rest[1:]]
        arguments = IN_FULL.get(verb, list)(arguments)
        if verb == "bench":
            verb, arguments = bench.in_full(arguments)
        for job in compose(verb, arguments):
            parse(SCHEMAS[verb], job.config)


def plan_all(arguments: list[str]) -> None:
    """Plan what `train.py` would start, and hold that it could where there is what it asks for."""
    for job in compose("train", arguments):
        planned = plan_run({**job.config, "dry_run": True})
        assert infeasible(planned.settings) == []
        assert render(planned)


@cache
def show_help(module: str) -> None:
    """What `python -m MODULE --help` does, in this process, which has the libraries."""
    shown = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(shown):
        patch.setattr(sys, "argv", [module, "--help"])
        with pytest.raises(SystemExit, match=r"^0$"):
            runpy.run_module(module, run_name="__main__")
    assert module in shown.getvalue()


@pytest.mark.parametrize("command", [one for one in commands() if one not in EXCEPTIONS])
def test_a_command_of_the_documents_works(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "problems.jsonl").write_text(ROW.replace("\n", ""))
    write_own_files(tmp_path)
    cached = tmp_path / "hub" / "models--org--name"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text("c0ffee")
    for place in (tmp_path / "my-model", cached / "snapshots" / "c0ffee"):
        place.mkdir(parents=True)
        (place / "config.json").write_text(json.dumps(OWN_MODEL))
        (place / "tokenizer_config.json").write_text(
            json.dumps({"chat_template": "{{ messages }}"})
        )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)
    try_out(command)


def test_the_commands_are_found_in_blocks_and_in_the_text() -> None:
    assert {"make demo", "make test", "python train.py --help", "tarot bench"} <= set(commands())
    assert 'make test ARGS="tests/config -x"' in commands()


def test_every_exception_is_in_the_documents() -> None:
    assert EXCEPTIONS.keys() <= set(commands())


@pytest.mark.parametrize(
    "command",
    ["make demos", "python train.py modle=tiny", "python -m experiments.dmo", "tarot bench core=1"],
)
def test_a_wrong_command_would_be_found(command: str) -> None:
    with pytest.raises((subprocess.CalledProcessError, ImportError, UserError)):
        try_out(command)
