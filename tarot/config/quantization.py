"""Whether weights can be quantized here."""

from importlib.util import find_spec

from tarot.config.schema import LoraConfig
from tarot.types import UserError


def check_bitsandbytes(lora: LoraConfig | None) -> None:
    """UserError where weights are to be in four bits and bitsandbytes is not installed."""
    if lora is not None and lora.quantization and find_spec("bitsandbytes") is None:
        raise UserError(
            f"lora.quantization={lora.quantization}: bitsandbytes is not installed; install it "
            "(pip install bitsandbytes), or set trainer=lora"
        )
