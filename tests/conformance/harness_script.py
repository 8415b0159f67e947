"""Tries rows on a local sandbox, in a process of its own, so that it can be another user's.

python harness_script.py LAYER,LAYER < rows.json
"""

import json
import sys

from tarot.conformance.harness import examine
from tarot.conformance.rows import Row
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits

LIMITS = Limits(cpu_s=1.0, wall_s=3.0, memory_mb=256, output_kb=1024)

if __name__ == "__main__":
    rows = [Row(**fields) for fields in json.load(sys.stdin)]
    sandbox = LocalSandbox(layers=sys.argv[1].split(","))
    try:
        findings = examine(sandbox, rows, LIMITS)
    finally:
        sandbox.close()
    unmet = [f"{f.name}: {f.found}, {f.details}" for f in findings if not f.is_met]
    json.dump({"num_findings": len(findings), "unmet": unmet}, sys.stdout)
