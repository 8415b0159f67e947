"""What is wrong, or looks wrong, with problems and their suites before anything trains on them."""
