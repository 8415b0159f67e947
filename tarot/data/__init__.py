"""Problems with four-tier test suites, wherever they come from."""

from tarot.data.files import JsonlSource, write_jsonl
from tarot.data.hub import HubSource
from tarot.data.source import DataSource, Split
from tarot.data.starter.source import StarterSource

__all__ = ["DataSource", "HubSource", "JsonlSource", "Split", "StarterSource", "write_jsonl"]
