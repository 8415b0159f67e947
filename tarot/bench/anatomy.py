"""Where the CPU time of a trivial run goes, beside a bare fork of the same warm interpreter.

Nothing that forks can be cheaper than the bare fork: its child ends at once. A second kind of
fork runs the program too, without limits, layers or cleaning up. What is left of a run in the
sandbox lies between them and is told apart by process: the program's own, the slot's, and the
caller's. The layers are not told apart from each other.
"""

from dataclasses import dataclass
from itertools import islice

from tarot.bench.clock import Stopwatch
from tarot.bench.programs import TRIVIAL, jobs_of
from tarot.bench.ways import Way
from tarot.sandbox.launch import output_of_script
from tarot.sandbox.seat import Kind

_FORKS = """
import gc, os, resource, sys
def cpu_ms(who):
    usage = resource.getrusage(who)
    return 1000 * (usage.ru_utime + usage.ru_stime) / {num_runs}
def measure(child):
    before = cpu_ms(resource.RUSAGE_SELF), cpu_ms(resource.RUSAGE_CHILDREN)
    for _ in range({num_runs}):
        pid = os.fork()
        if pid == 0:
            child()
        os.waitpid(pid, 0)
    print(cpu_ms(resource.RUSAGE_SELF) - before[0], cpu_ms(resource.RUSAGE_CHILDREN) - before[1])
    sys.stdout.flush()
def leave():
    os._exit(0)
def run():
    os.dup2(os.open(f"/proc/self/fd/{{stdin}}", os.O_RDONLY), 0)
    os.dup2(stdout, 1)
    exec(compile({source!r}, "<string>", "exec"), {{"__name__": "__main__"}})
    sys.stdout.flush()
    os._exit(0)
stdin, stdout = os.memfd_create("stdin"), os.memfd_create("stdout")
os.write(stdin, b"41\\n")
gc.collect(); gc.freeze(); gc.disable()
measure(leave)
measure(run)
"""


@dataclass(frozen=True, slots=True)
class Fork:
    """CPU time of a fork, of the side that forks and of the side that is forked."""

    parent_ms: float
    child_ms: float

    @property
    def total_ms(self) -> float:
        """Both sides."""
        return self.parent_ms + self.child_ms


@dataclass(frozen=True, slots=True)
class Anatomy:
    """CPU time of a run of the trivial program, on one core."""

    num_runs: int
    bare_fork: Fork
    running_fork: Fork
    program_ms: float
    slot_ms: float
    caller_ms: float

    @property
    def total_ms(self) -> float:
        """A whole run in the sandbox."""
        return self.program_ms + self.slot_ms + self.caller_ms

    def parts_ms(self) -> dict[str, float]:
        """What the total is the sum of."""
        bare, running = self.bare_fork, self.running_fork
        return {
            "bare fork: the side that forks": bare.parent_ms,
            "bare fork: the side that is forked": bare.child_ms,
            "the program itself": running.total_ms - bare.total_ms,
            "its limits, layers and end": self.program_ms - running.child_ms,
            "the slot: receive, watch, collect, clean up": self.slot_ms - running.parent_ms,
            "the caller: hand over, read the result": self.caller_ms,
        }


def dissect(num_runs: int) -> Anatomy:
    """Fork and run the trivial program `num_runs` times each."""
    script = _FORKS.format(num_runs=num_runs, source=TRIVIAL.source)
    lines = output_of_script(script, Kind.PLAIN.modules).splitlines()
    bare, running = (Fork(*map(float, line.split())) for line in lines)
    source = jobs_of(TRIVIAL)
    with Way.SANDBOX.opened() as sandbox:
        sandbox.run([job for job, _ in islice(source, 2)])
        jobs = [job for job, _ in islice(source, num_runs)]
        with Stopwatch() as watch:
            executions = sandbox.run(jobs)
    programs_s = sum(execution.cpu_s for execution in executions)
    return Anatomy(
        num_runs=num_runs,
        bare_fork=bare,
        running_fork=running,
        program_ms=1000 * programs_s / num_runs,
        slot_ms=1000 * (watch.usage.cpu_s - watch.usage.caller_cpu_s - programs_s) / num_runs,
        caller_ms=1000 * watch.usage.caller_cpu_s / num_runs,
    )
