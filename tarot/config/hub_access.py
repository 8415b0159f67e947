"""Whether a push to the hub has what it needs, found out before a run starts.

It does not ask the hub whether the token may write there: a push that fails loses nothing.
"""

from huggingface_hub import constants, get_token

from tarot.config.schema import HubConfig
from tarot.types import UserError


def check_hub(hub: HubConfig) -> None:
    """UserError for a push without a token, or with the hub switched off."""
    if not hub.push:
        return
    if constants.is_offline_mode():
        raise UserError("hub.push=true: HF_HUB_OFFLINE is set; unset it, or set hub.push=false")
    if not get_token():
        raise UserError("hub.push=true: there is no token; set HF_TOKEN, or hub.push=false")
