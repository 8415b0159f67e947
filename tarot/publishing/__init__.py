"""Publishing on the hub: a finished run's last weights, or a generated data set, with its card."""

from tarot.publishing.commit import Push, is_done
from tarot.publishing.data_set import push_data_set
from tarot.publishing.push import is_pushed, last_push, push

__all__ = ["Push", "is_done", "is_pushed", "last_push", "push", "push_data_set"]
