"""What the probe predicts of groups without variance, beside the first steps of a real run."""

import json

import pytest

from tarot.capability import Decision
from tarot.cli.main import main
from tarot.runs import RunDirectory, read_json
from tests.sampling.parrot import save_parrot
from tests.training.in_process import prepared_from, run_child

pytestmark = pytest.mark.e2e

TIERS = ("basic", "intermediate", "complex", "edge")
# The model prints 7 or 8, each as often; what each kind of problem expects in its four tiers.
KINDS = ("7777", "7788", "7999", "9999")
EACH, GROUP, STEPS = 4, 4, 5
# Of a kind whose two answers earn differently, a group of four is constant at 2 * 0.5^4.
CONSTANT = 2 * 0.5**GROUP
# How many of the kinds vary in the first phase: 7777, 7788 and 7999 in basic, for example.
VARYING = {
    "basic_only": 3,
    "forward_uniform": 3,
    "forward_bi": 3,
    "forward_ce": 3,
    "complex_only": 2,
    "edge_only": 2,
    "reversed_ce": 2,
    "average": 2,
    "pass_at_all": 1,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """An adaptive run whose model does not move, so that it stays what was probed."""
    folder = tmp_path_factory.mktemp("predicted")
    save_parrot(folder / "model", "print(7)", "print(8)")
    rows = [
        {
            "id": f"{kind}-{number}",
            "statement": f"{kind} {number}",
            "tests": [
                {"stdin": "", "expected": answer, "tier": tier}
                for answer, tier in zip(kind, TIERS, strict=True)
            ],
        }
        for kind in KINDS
        for number in range(EACH)
    ]
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAROT_CACHE", str(folder / "cache"))
        run = prepared_from(
            *("+experiment=tiny", "curriculum=adaptive", f"run_dir={folder / 'run'}"),
            *("data=jsonl", f"data.path={folder / 'data.jsonl'}"),
            *("data.dev_share=0.0", "data.test_share=0.0", "trainer.learning_rate=1e-12"),
            *("model.source=hub", f"model.id={folder / 'model'}"),
            *(f"problems_per_step={EACH * len(KINDS)}", f"num_generations={GROUP}"),
            *("hardware.per_device_batch_size=64", "probe.samples=64"),
            "trainer.max_steps=25",  # of which the first five are in the first phase
        )
        assert run_child(run) == 0
    return run


def observed(run: RunDirectory) -> dict[str, float]:
    """The share of groups without variance in the first steps, under every policy."""
    out = run.path.with_name("rescored")
    assert main(["rescore", f"run={run.path}", f"out={out}"]) == 0
    plain = json.loads((out / "rescored.json").read_text())
    found = {
        one["policy"].removesuffix(", as logged"): one["curves"]["zero_variance"][:STEPS]
        for one in (plain["original"], *plain["policies"])
    }
    return {policy: sum(shares) / STEPS for policy, shares in found.items()}


@pytest.mark.soak
def test_the_predicted_share_of_groups_without_variance_is_that_of_the_first_steps(
    run: RunDirectory,
) -> None:
    """Four standard errors of a share of the groups that can vary, of which the probe has more."""
    decision = Decision.from_json(read_json(run.decision_path))
    predicted = {one.name: 1 - one.phases[0].share for one in decision.candidates}
    seen = observed(run)
    assert seen.keys() == predicted.keys() == VARYING.keys()
    num_groups = STEPS * EACH * len(KINDS)
    for policy, num_varying in VARYING.items():
        share = num_varying / len(KINDS)
        exact = 1 - share * (1 - CONSTANT)
        error = (share * CONSTANT * (1 - CONSTANT) / num_groups) ** 0.5
        assert seen[policy] == pytest.approx(exact, abs=4 * error), policy
        assert predicted[policy] == pytest.approx(exact, abs=4 * error), policy
        assert predicted[policy] == pytest.approx(seen[policy], abs=4 * error), policy
