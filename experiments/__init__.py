"""Experiments: one folder per table or figure, with the command that makes it."""
