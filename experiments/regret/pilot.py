"""What was stated before the study: how much its seeds would scatter, from a pilot.

TO FILL
"""

from collections.abc import Mapping

from experiments.regret.results import Measure

# Deviation over seeds of paired differences from `average`, pooled over what the pilot compared.
DEVIATIONS: Mapping[Measure, float] = {Measure.SUITE: 0.05, Measure.TIERS: 0.03}
