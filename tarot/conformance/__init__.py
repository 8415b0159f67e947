"""Trying sandboxes and judges: rows with known verdicts, and what programs may not do."""
