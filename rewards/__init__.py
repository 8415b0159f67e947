"""Rewards: one file each; each is a callable class over graded completions."""
