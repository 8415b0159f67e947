"""The probe: what a model solves before it is trained, and where that is kept."""
