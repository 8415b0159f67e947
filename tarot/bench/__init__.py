"""Measures the sandbox beside the ways that it replaces, on the same cores, in one run."""
