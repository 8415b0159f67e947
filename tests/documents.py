"""The documents of the project, as the tests read them."""

import re
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OWN_FILE = re.compile(r"`([\w./]+\.(?:yaml|py|csv|txt))`")
CONTENTS = ("python", "yaml", "csv", "text")


def own_files(documents: Sequence[Path] = DOCUMENTS) -> dict[str, str]:
    """The files that the documents tell the reader to write, by the path just above each."""
    files: dict[str, str] = {}
    for document in documents:
        text, end = document.read_text(), 0
        for fence in FENCE.finditer(text):
            above = text[end : fence.start()].rstrip().rpartition("\n\n")[2]
            named = OWN_FILE.findall(above)
            if fence[1] in CONTENTS and named:
                files[named[-1]] = fence[2]
            end = fence.end()
    return files


def write_own_files(folder: Path, documents: Sequence[Path] = DOCUMENTS) -> None:
    """Write them where the reader would."""
    for name, text in own_files(documents).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def typed_lines(document: Path) -> list[str]:
    """The lines of its plain blocks, each a whole command."""
    bodies = [body for language, body in FENCE.findall(document.read_text()) if not language]
    joined = [body.replace("\\\n", " ").splitlines() for body in bodies]
    return [" ".join(line.split()) for lines in joined for line in lines]
