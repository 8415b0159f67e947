"""Every number that decides what is said, with its reason."""

MIN_SHARE = 0.25
"""A cause is named that takes so much of the signal. The error of a mean over groups grows with
1/sqrt(groups): without a quarter of them it is 15% larger, which no curve shows."""

MIN_SHOWN = 0.001
"""A cause is listed that takes so much: less is shown as 0.0%."""

MAX_ROLLOUTS = 20_000
"""So many completions are read, of steps spread evenly over the run: the standard error of a share
is then below 0.4 points, and reading takes seconds."""

COLLAPSED_NATS = 0.1
"""Entropy of a whole completion, its mean per token times its length, below which a group of equal
texts is put down to it. Over two texts it means that 98% are the likelier one."""

GREEDY_TEMPERATURE = 0.3
"""Sampling at or below it is held responsible for equal texts even where they pass. Twice as likely
becomes ten times as likely at 0.3."""

SMALL_UPDATE = 1e-6
"""Norm of a step's change over that of the weights. At 1e-6, a thousand steps all in one direction
move the weights by 0.1%; a learning rate of 1e-6 moves weights of usual size (0.02) by 5e-5."""

EXPLODED_UPDATE = 0.5
"""The same, where a step replaces half of what the model was."""

EXPLODED_NORM = 100.0
"""A gradient norm of so many times the run's median and `max_grad_norm`, which then is an
outlier's: those of 14 steps of the demo lie between 0.9 and 2.7."""

MIN_GAP_NATS = 0.02
"""Per token, by which completions must be less likely to the policy than its own would be. In
bfloat16, which keeps eight bits, logits of 10 are off by 0.02; the KL of that, about half of its
square, is 0.0002."""

NUM_ERRORS = 3.0
"""Standard errors that a mean must be above a threshold, or one mean above another: one run in
700 is then misjudged by chance."""

GROWTH = 3.0
"""Times by which late disagreement must exceed that of the first steps, before training has moved
the weights, to be put down to weights that are not synchronized."""
