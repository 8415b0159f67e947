"""The resolved configs of the verbs that try programs on a sandbox."""

from tarot.config.schema import GradingConfig, LimitsConfig, Node, Strict


class JudgeConfig(Strict):
    """A file to judge, and where its verdicts go; None stands for stdout."""

    file: str
    out: str | None
    grading: GradingConfig
    sandbox: Node


class ConformanceConfig(Strict):
    """What to try on a sandbox: rows of a file, or the package's own where there is none."""

    file: str | None
    out: str | None
    limits: LimitsConfig
    sandbox: Node
