"""Low-rank adapters (LoRA, arXiv 2106.09685): trained in place of the weights, and saved alone.

A checkpoint of such a run holds the adapter and names the model that it belongs to. Reference
log probabilities are those of the model without it. vLLM never sees an adapter: TRL 1.16 merges it
into the weights before it hands these over, and takes it out again afterwards. In bfloat16 that
rounds, and the frozen weights would drift from those that the checkpoint names, so here a copy of
each weight is merged instead; under FSDP it is done as TRL does.

Of weights in four bits (QLoRA, arXiv 2305.14314) TRL would round what it merges and leave their
scales out, so they come with no vLLM, and the adapter stays beside them.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from transformers import PreTrainedModel

from tarot.config.schema import LoraConfig
from tarot.config.validation import suggestion
from tarot.types import UserError

if TYPE_CHECKING:
    import peft
    from trl.generation.vllm_generation import VLLMGeneration


def peft_config(settings: LoraConfig | None, weights: PreTrainedModel) -> "peft.LoraConfig | None":
    """The adapter that TRL is to put on `weights`, or None.

    Raises:
        UserError: for a target that is no linear layer of the model.
    """
    if settings is None:
        return None
    for name in settings.target_modules or ():
        _check_target(name, weights)
    import peft  # noqa: PLC0415 - not installed everywhere

    return peft.LoraConfig(
        r=settings.r,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=settings.target_modules or "all-linear",
        task_type="CAUSAL_LM",
    )


def merged_parameters(generation: "VLLMGeneration") -> Iterator[tuple[str, torch.Tensor]]:
    """Each weight of the model by the name that vLLM has for it, with its adapter merged in a copy.

    No weight is changed, and one copy is held at a time. All processes gather what is in parts.
    """
    from peft.tuners.lora import LoraLayer  # noqa: PLC0415 - not installed everywhere

    model = generation.model
    layers = [module for module in model.modules() if isinstance(module, LoraLayer)]
    adapted = {id(layer.get_base_layer().weight): layer for layer in layers}
    with generation._dist.gather_params(list(model.parameters())):
        for path, weight in model.named_parameters():
            if model.prefix in path:
                continue
            name = path.removeprefix("base_model.model.").replace(".base_layer", "")
            layer, tensor = adapted.get(id(weight)), weight.data
            merged = tensor if layer is None else _merged(layer, tensor)
            yield generation._fix_param_name_to_vllm(name), merged


@torch.no_grad()
def _merged(layer: Any, weight: torch.Tensor) -> torch.Tensor:
    for name in layer.active_adapters:
        weight = (weight + layer.get_delta_weight(name)).to(weight.dtype)
    return weight


def _check_target(name: str, weights: PreTrainedModel) -> None:
    modules = weights.named_modules()
    linear = {path.split(".")[-1] for path, it in modules if isinstance(it, torch.nn.Linear)}
    if name not in linear:
        raise UserError(
            f"lora.target_modules: the model has no linear layer {name}"
            + suggestion(name, sorted(linear))
        )
