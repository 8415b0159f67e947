"""What trainer, probe and server of a run have to agree on about vLLM."""

import os
from typing import Any

from tarot.config.sampling import completion_limit
from tarot.config.schema import RunConfig
from tarot.types import UserError

# A launcher picks free ports when it starts the server, so they are in no config.
SERVER_URL = "TAROT_VLLM_URL"
SERVER_GROUP_PORT = "TAROT_VLLM_GROUP_PORT"


def context_length(config: RunConfig) -> int:
    """Tokens of the longest prompt and the longest completion together."""
    given = config.trainer.get("vllm_max_model_length")
    return int(given or config.max_prompt_tokens + completion_limit(config))


def names_server(config: RunConfig) -> bool:
    """Whether the run uses a server that somebody else has started."""
    return config.trainer.get("vllm_server_base_url") is not None


def server_arguments(config: RunConfig) -> dict[str, Any]:
    """The fields of GRPOConfig that lead to the server; UserError where no launcher started one."""
    if names_server(config):
        return {}
    if SERVER_URL not in os.environ:
        raise UserError(
            "hardware.vllm.mode=server: no server was started; set launcher=accelerate, or "
            "trainer.vllm_server_base_url to one of yours"
        )
    return {
        "vllm_server_base_url": os.environ[SERVER_URL],
        "vllm_group_port": int(os.environ[SERVER_GROUP_PORT]),
    }
