"""Plans: what a run will do, worked out before anything of it starts."""

from tarot.plan.schedule import PlannedPhase, code_ceiling, plan_phases

__all__ = ["PlannedPhase", "code_ceiling", "plan_phases"]
