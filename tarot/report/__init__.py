"""What happened in a run, or in the runs of a sweep, as one page of HTML that needs no network.

All that a page says of a run is counted over all of its steps and rollouts, in columns; only the
completions that can be read in it are a sample. The same run gives the same bytes.
"""
