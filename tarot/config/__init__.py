"""The resolved config of a run: its types, and everything that is checked before a run starts."""
