"""The table of GRPOConfig's fields against the installed TRL."""

import dataclasses
import importlib
import json

import pytest

from tarot.config.trainer_fields import ELSEWHERE, RENAMED, TABLE, describe

pytestmark = pytest.mark.e2e


def test_the_table_is_what_the_installed_trl_has() -> None:
    config_class = importlib.import_module("trl").GRPOConfig
    table = json.loads(TABLE.read_text())
    assert table == json.loads(json.dumps(describe(config_class)))
    assert set(table) == {field.name for field in dataclasses.fields(config_class)}


def test_renamed_fields_are_gone_and_their_new_names_exist() -> None:
    fields = {field.name for field in dataclasses.fields(importlib.import_module("trl").GRPOConfig)}
    assert not fields & RENAMED.keys()
    assert set(RENAMED.values()) <= fields
    assert ELSEWHERE.keys() - fields == {"max_prompt_length", "torch_dtype"}
