"""`tarot bench what=hosted`: a hosted sandbox beside one on this machine."""

from functools import partial

from tarot.bench.hosted import measure_hosted
from tarot.bench.hosted_report import show_hosted
from tarot.cli.bench_stages import measure_and_show
from tarot.config.benches import BenchHostedConfig
from tarot.config.targets import check_target


def bench_hosted(config: BenchHostedConfig) -> None:
    """Measure both and show them; `out` is written after each."""
    check_target("sandbox", config.sandbox)
    check_target("beside", config.beside)
    measure_and_show(partial(measure_hosted, config), show_hosted, config.out)
