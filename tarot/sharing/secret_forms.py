"""What a secret looks like: the known forms of keys, and those that this process can see.

It does not cover keys of services without a form of their own that are not in the environment, nor
what is encoded or in pieces.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from huggingface_hub import get_token

from tarot.config.keys import names_key

# By what it is the beginnings that every one of them has, in lower case, and its whole form.
_FORMS = {
    "an OpenAI or Anthropic key": (("sk-",), r"\bsk-[A-Za-z0-9_-]{32,}"),
    "a Hugging Face token": (("hf_",), r"\bhf_[A-Za-z0-9]{30,}"),
    "a Weights & Biases key": (
        ("wandb",),
        r"\bwandb_v1_\w{30,}|(?i:wandb)[^\n]{0,60}?\b[0-9a-f]{40}\b",
    ),
    "an E2B key": (("e2b_",), r"\be2b_[A-Za-z0-9]{30,}"),
    "an AWS key": (
        ("akia", "asia", "aws"),
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
        r"|(?i:aws)[^\n]{0,30}(?i:secret)[^\n]{0,30}?[=:\"'\s]+[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])",
    ),
    "a GitHub token": (
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{40,}",
    ),
    "a Google key": (("aiza",), r"\bAIza[0-9A-Za-z_-]{35}"),
    "a Slack token": (("xox",), r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "a private key": (("private key-----",), r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}
# JSON writes the end of a line as \n, whose letter would run into the word after it.
_ESCAPES = re.compile(r"\\[nrt\"/]")
# A shorter value, such as "none" or a number, stands in many texts and is no secret.
_MIN_LENGTH = 8


@dataclass(frozen=True, slots=True)
class SecretForms:
    """Values that are certainly secret, by whose; and how other secrets look."""

    values: Mapping[str, str]

    @classmethod
    def known_here(cls) -> "SecretForms":
        """With the keys of the environment and the hub's stored token."""
        values = {
            f"the value of {name}": value for name, value in os.environ.items() if names_key(name)
        }
        values["the hub's token of this machine"] = get_token() or ""
        return cls({what: value for what, value in values.items() if len(value) >= _MIN_LENGTH})

    def value_in(self, text: str) -> str | None:
        """Which known secret a text holds, None for none."""
        for what, value in self.values.items():
            if value in text or json.dumps(value)[1:-1] in text:
                return what
        return None

    def form_in(self, text: str) -> str | None:
        """What a text holds by its form, None for nothing."""
        lower = text.lower()
        for what, (beginnings, form) in _FORMS.items():
            may_be = any(one in lower for one in beginnings)
            if may_be and re.search(form, _ESCAPES.sub(" ", text)):
                return what
        return None
