"""From completions to verdicts: extraction, comparison and the grader over a sandbox."""
