"""What looks like a secret in a file that would go into an archive, and what does not."""

import json

import pytest

from tarot.sharing import Member, SecretForms, check_secrets
from tarot.types import UserError

HEX = 5 * "01234abc"


@pytest.mark.parametrize(
    ("secret", "what"),
    [
        ("sk-proj-" + 40 * "b", "an OpenAI or Anthropic key"),
        ("hf_" + 34 * "a", "a Hugging Face token"),
        (f"WANDB_API_KEY={HEX}", "a Weights & Biases key"),
        (f"e2b_{HEX}", "an E2B key"),
        ("AKIA" + 16 * "Q", "an AWS key"),
        ("aws_secret_access_key = " + 40 * "x", "an AWS key"),
        ("ghp_" + 36 * "c", "a GitHub token"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "a private key"),
    ],
)
def test_what_looks_like_a_secret_is_refused_by_its_place_alone(secret: str, what: str) -> None:
    text = json.dumps({"note": f"line\n{secret}"})
    member = Member("one/log.jsonl", f"{{}}\n{text}\n".encode())
    with pytest.raises(UserError) as refusal:
        check_secrets([member], SecretForms.known_here())
    assert str(refusal.value) == (
        f"one/log.jsonl:2: holds what looks like {what}; take it out there, or, where it is none, "
        "add checked=[one/log.jsonl]"
    )
    check_secrets([member], SecretForms.known_here(), ["one/log.jsonl"])


def test_commits_and_hashes_are_no_secrets() -> None:
    text = f"commit {HEX} of task-{40 * 'd'}, wandb at /{64 * 'a'}"
    check_secrets([Member("one/log.jsonl", text.encode())], SecretForms.known_here())
