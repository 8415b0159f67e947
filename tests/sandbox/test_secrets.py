"""What a program must not find: expected outputs, and anything of the programs before it."""

from collections.abc import Callable

from tarot.sandbox.local import LocalSandbox
from tarot.types import Execution, Job, Limits, Problem, Program, TestCase, Tier

Run = Callable[..., Execution]

SECRET = "d41d8cd98f00b204"

# It holds the secret with every byte raised by one and raises what it looks at, so that neither
# its own text nor a copy of it is what it finds.
SEARCH = """
import ctypes, gc, os, sys
raised = bytes((n + 1) % 256 for n in range(256))
wanted = {raised!r}
found = []
gc.unfreeze()
def look(place, value):
    text = value.encode("utf-8", "replace") if isinstance(value, str) else value
    if isinstance(text, bytes) and wanted in text.translate(raised):
        found.append(place)
for obj in gc.get_objects():
    values = list(obj.values()) if isinstance(obj, dict) else obj
    for value in values if isinstance(values, (list, tuple)) else ():
        look("heap object", value)
frame = sys._getframe()
while frame:
    for value in frame.f_locals.values():
        look("frame", value)
    frame = frame.f_back
for value in [*os.environ.values(), *sys.argv, *sys.orig_argv]:
    look("environment", value)
for page in sorted({{id(obj) >> 12 for obj in gc.get_objects()}}):
    look("freed memory", ctypes.string_at(page << 12, 4096))
processes = os.listdir("/proc") if os.path.isdir("/proc") else []
for process in processes:
    for file in ("mem", "environ", "cmdline", "maps", "fd/3"):
        try:
            with open(f"/proc/{{process}}/{{file}}", "rb") as stream:
                found.append(stream.name)
        except OSError:
            pass
print(found)
"""


def test_the_expected_output_is_nowhere_to_be_found(run: Run) -> None:
    test = TestCase(stdin="1\n", expected=SECRET, tier=Tier.BASIC)
    problem = Problem(id="p", statement="", tests=(test,))

    execution = run(_search_for(problem.tests[0].expected))

    assert (execution.stderr, execution.stdout) == (b"", b"[]\n")


def test_source_input_and_output_of_earlier_programs_are_gone(sandbox: LocalSandbox) -> None:
    limits = Limits(cpu_s=5.0, wall_s=20.0, memory_mb=256, output_kb=64)
    earlier = Job(Program(f"print({SECRET!r}, input())"), (SECRET + "\n").encode(), limits)
    search = Job(Program(_search_for(SECRET)), b"", limits)

    executions = sandbox.run([earlier] * 8 + [search] * 4)

    assert {e.stdout for e in executions[8:]} == {b"[]\n"}


def test_files_modules_and_variables_do_not_outlive_their_program(sandbox: LocalSandbox) -> None:
    limits = Limits(cpu_s=2.0, wall_s=20.0, memory_mb=256, output_kb=64)
    litter = """
import builtins, os, sys, math
builtins.planted = math.planted = sys.planted = 1
os.environ["PLANTED"] = "1"
os.makedirs("a/b/c")
os.mkdir("closed", 0)
open("planted.py", "w").write("x = 1")
open("a/b/file", "w").write("y")
print(sorted(os.listdir(".")))
"""
    look = """
import builtins, os, sys, math
found = [hasattr(module, "planted") for module in (builtins, math, sys)]
print(os.listdir("."), found, "PLANTED" in os.environ)
"""
    jobs = [Job(Program(source), b"", limits) for source in [litter] * 4 + [look] * 4]

    outputs = [execution.stdout for execution in sandbox.run(jobs)]

    assert set(outputs[:4]) == {b"['a', 'closed', 'planted.py']\n"}
    assert set(outputs[4:]) == {b"[] [False, False, False] False\n"}


def test_the_search_finds_what_is_there(run: Run) -> None:
    planted = f"planted = {SECRET!r}"

    assert b"heap object" in run(planted + _search_for(SECRET)).stdout


def _search_for(secret: str) -> str:
    return SEARCH.format(raised=bytes(byte + 1 for byte in secret.encode()))
