"""Re-scoring: what a run's logged completions would have earned under other curricula."""
