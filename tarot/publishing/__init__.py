"""Publishing a finished run: its last weights and a card that says what made them, on the hub."""

from tarot.publishing.card import model_card
from tarot.publishing.push import Push, is_pushed, last_push, push

__all__ = ["Push", "is_pushed", "last_push", "model_card", "push"]
