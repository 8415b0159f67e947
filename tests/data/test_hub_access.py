"""Data sets that come over the network, from a hub on this machine."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.data.fake_hub import serving

REMEDY = "check data.id, data.split and the network, or take data=starter"
Tried = Callable[..., list[str]]


def _lines(*names: str) -> bytes:
    test = {"stdin": "", "expected": "", "tier": "edge"}
    rows = [{"id": name, "statement": "Echo.", "tests": [test]} for name in names]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


REPOSITORIES: dict[str, dict[str, bytes | None]] = {
    "open/n": {"train.jsonl": _lines("a", "b"), "README.md": b"---\n---\n"},
    "scripted/n": {
        "n.py": b"raise SystemExit",
        "test.jsonl": _lines("c"),
        "test2.jsonl": _lines("d", "e"),
        "train.jsonl": _lines("f"),
    },
    "refused/n": {"train.jsonl": None},
    "broken/n": {"train.jsonl": _lines("g") + b'{"id": "h"}\n'},
}


@pytest.fixture(scope="module")
def tried(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    """What a process prints of the sources that it loads from the hub: ids, or the error."""
    server = serving(REPOSITORIES)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "HF_HOME": str(tmp_path_factory.mktemp("home")),
        "NO_PROXY": "127.0.0.1",
    }

    def run(sources: str, **variables: str) -> list[str]:
        code = (
            "from tarot.data import HubSource, Split; from tarot.types import UserError\n"
            f"for source in ({sources}):\n"
            "    try: print(*(problem.id for problem in source.load(Split.TRAIN)))\n"
            "    except UserError as error: print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={**environment, **variables},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    yield run
    server.shutdown()
    thread.join()
    server.server_close()


def _source(name: str, more: str = "") -> str:
    return f"HubSource('{name}/n', gated=False, dev_share=0.0, test_share=0.0{more}),"


def test_rows_come_as_they_are_read_or_from_the_disk(tried: Tried) -> None:
    assert tried(_source("open")) == ["a b"]
    offline = tried(_source("open"), HF_HUB_OFFLINE="1")
    assert offline[0].startswith("data.id: open/n: ")
    assert tried(_source("open", ", streaming=False")) == ["a b"]
    assert tried(_source("open"), HF_HUB_OFFLINE="1") == ["a b"]


def test_a_loading_script_is_not_run_and_data_files_can_be_named(tried: Tried) -> None:
    refused, *named = tried(
        _source("scripted")
        + _source("scripted", ", files='test*.jsonl', split='test'")
        + _source("scripted", ", files='train.jsonl'")
    )
    assert refused.startswith("data.id: scripted/n: Dataset scripts are no longer supported")
    assert refused.endswith("; name its data files in data.files")
    assert named == ["c d e", "f"]


def test_what_fails_while_rows_come_is_one_line(tried: Tried) -> None:
    refused, broken = tried(_source("refused") + _source("broken"))
    assert refused.startswith("data.id: refused/n: ")
    assert "403" in refused
    assert refused.endswith(f"; {REMEDY}")
    assert broken == "broken/n: row 2: statement: Input should be a valid string"


def test_a_gated_set_without_access_names_its_terms_and_the_token(tried: Tried) -> None:
    [line] = tried("HubSource('gated/n'),")
    assert line.startswith("data.id: gated/n: ")
    assert line.endswith(
        "; accept its terms at https://huggingface.co/datasets/gated/n and set HF_TOKEN, "
        "or take data=starter"
    )
