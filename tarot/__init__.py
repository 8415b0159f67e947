"""TAROT: reinforcement learning of code models with a curriculum over four-tier test suites."""
