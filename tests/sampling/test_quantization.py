"""How weights are held in four bits; bitsandbytes itself needs a GPU, and is not asked here."""

from pathlib import Path

import pytest
import torch

from tarot.sampling.loading import quantization_config


def test_four_bits_are_normal_floats_with_quantized_constants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Transformers asks for the version of bitsandbytes alone before it takes the settings."""
    about = tmp_path / "bitsandbytes-0.49.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: bitsandbytes\nVersion: 0.49.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = quantization_config("nf4", "bfloat16")
    assert found is not None
    assert (found.load_in_4bit, found.bnb_4bit_quant_type) == (True, "nf4")
    assert found.bnb_4bit_use_double_quant
    assert found.bnb_4bit_compute_dtype == torch.bfloat16


def test_other_weights_are_not_quantized() -> None:
    assert quantization_config(None, "bfloat16") is None
