"""Rewards: one file each; each is a callable class over graded completions.

A folder `rewards` in which a command is typed, or anywhere on the path, adds to these.
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
