"""A data set on its way to the hub, by the real client to a hub on this machine."""

import json
import subprocess
import sys
from pathlib import Path

from tests.publishing.model_hub import model_hub

ROOT = Path(__file__).parents[2]
CARD = "---\nconfigs:\n- config_name: default\n  data_files: problems.parquet\n---\n\n# Suites\n"
CODE = """
import json, sys
from pathlib import Path
from tarot.config.schema import HubConfig
from tarot.publishing import is_done, push_data_set
folder, hub = Path(sys.argv[1]), HubConfig(push=True, id="org/suites", private=True)
done = push_data_set(folder, [folder / name for name in ("README.md", "problems.parquet")], hub)
print(json.dumps([done.commit, done.fault, is_done(folder, hub)]))
"""


def test_a_data_set_goes_to_a_private_repository_of_its_kind_in_one_commit(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    (tmp_path / "problems.parquet").write_bytes(b"PAR1")
    (tmp_path / "ledger.sqlite").write_bytes(b"not for others")
    with model_hub() as hub:
        environment = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), **hub.variables}
        command = [sys.executable, "-c", CODE, str(tmp_path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        commit, fault, is_done = json.loads(done.stdout)
        assert (fault, is_done) == (None, True)
        assert commit.endswith(f"org/suites/commit/{'a' * 40}")
        assert hub.repositories["org/suites"] == {
            "README.md": CARD.encode(),
            "problems.parquet": b"PAR1",
        }
        assert (hub.kinds["org/suites"], hub.private["org/suites"]) == ("dataset", True)
        assert len(hub.commits) == 1
