"""What all types of configs are: exact."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A node whose keys and types are exactly those declared."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, protected_namespaces=())
