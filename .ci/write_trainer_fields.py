"""Writes the table of GRPOConfig's fields for the installed TRL."""

import json

from trl import GRPOConfig

from tarot.config.trainer_fields import TABLE, describe

if __name__ == "__main__":
    TABLE.write_text(json.dumps(describe(GRPOConfig), indent=1, sort_keys=True) + "\n")
