"""Measures the sandbox beside the ways that it replaces, and the trainer beside TRL alone."""
