"""Why a reward curve is flat: which causes take the signal away from a run, and how much."""
