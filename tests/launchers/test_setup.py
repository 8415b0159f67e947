"""Which lines of shell are taken to hold a secret."""

import pytest

from launchers.setup import check_setup
from tarot.types import UserError


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("export WANDB_API_KEY=x", "WANDB_API_KEY"),
        ("hf_token='x' true", "hf_token"),
        ("hf auth login --token hf_x", "--token"),
        ("hf auth login --token=hf_x", "token"),
        ('aws configure --secret-access-key "x"', "--secret-access-key"),
        ("wandb login --api-key x", "--api-key"),
    ],
)
def test_a_line_with_a_secret_is_refused(line: str, name: str) -> None:
    with pytest.raises(UserError) as refused:
        check_setup(["module load cuda", line], "do so")
    assert str(refused.value) == (
        f"launcher.setup[1]: sets {name}, which would stay in files; do so"
    )


@pytest.mark.parametrize(
    "line",
    [
        "export TOKENIZERS_PARALLELISM=false",
        "hf auth login --token $HF_TOKEN",
        'hf auth login --token="$HF_TOKEN"',
        "export WANDB_API_KEY=$(cat ~/.wandb)",
        "echo $HF_TOKEN | docker login --password-stdin",
        "HF_TOKEN= pip install datasets",
        "export HF_TOKEN_PATH=/secrets/hf",
    ],
)
def test_a_line_without_one_is_taken(line: str) -> None:
    check_setup([line], "do so")
