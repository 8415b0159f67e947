"""Sandboxes that somebody else hosts: a fleet of them, and batches that survive their failures."""
