"""Tries rows on a local sandbox; a script too, so that another user can run it.

python harness_script.py LAYER,LAYER < rows.json
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from tarot.conformance.harness import examine
from tarot.conformance.rows import Row
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits

LIMITS = Limits(cpu_s=1.0, wall_s=3.0, memory_mb=256, output_kb=1024)


def encoded(rows: Sequence[Row]) -> bytes:
    """Rows as the script reads them."""
    return json.dumps([asdict(row) for row in rows]).encode()


def unmet(rows: Sequence[Row], layers: Sequence[str]) -> list[str]:
    """What was missed, or not even tried."""
    sandbox = LocalSandbox(layers=layers)
    try:
        findings = examine(sandbox, rows, LIMITS)
    finally:
        sandbox.close()
    return [f"{f.name}: {f.found}, {f.details}" for f in findings if not f.is_met]


if __name__ == "__main__":
    rows = [Row(**fields) for fields in json.load(sys.stdin)]
    json.dump(unmet(rows, sys.argv[1].split(",")), sys.stdout)
