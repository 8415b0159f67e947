"""Launchers: ways to start the child process of a run."""
