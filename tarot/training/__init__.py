"""Training: the child process of a run and its stages."""
