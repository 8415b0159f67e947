"""Programs run as under `python -c`: every case is held against the real interpreter."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tarot.types import Execution, Limits

Run = Callable[..., Execution]

CASES = {
    "nothing": "",
    "exit without a code": "print(1); exit()",
    "exit with a code": "import sys; sys.exit(7)",
    "exit with a large code": "import sys; sys.exit(256)",
    "exit with a negative code": "import sys; sys.exit(-1)",
    "exit with a bool": "import sys; sys.exit(True)",
    "exit with text": "import sys; print(1); sys.exit('bad')",
    "quit": "quit(3)",
    "an exception": "print(1); raise ValueError('x')",
    "a syntax error": "print(1",
    "a NUL byte": "print(1) # \0",
    "exit handlers run last first": """
import atexit
atexit.register(print, 'a'); atexit.register(print, 'b'); print('c')""",
    "exit handlers run after an exception": """
import atexit
atexit.register(print, 'a'); 1/0""",
    "os._exit loses buffered text": "import os; print(1); os._exit(0)",
    "an unclosed writer": "o = open(1, 'w'); o.write('5')",
    "an unclosed writer in a cycle": """
class A: pass
a = A(); a.me = a; a.o = open(1, 'w'); a.o.write('5')""",
    "a writer held by a function": """
o = open(1, 'w')
def f(): return o
f().write('5')""",
    "a destructor": """
class A:
    def __del__(self): print('gone')
a = A()""",
    "text to the original stdout": "import sys; sys.stdout = None; sys.__stdout__.write('7')",
    "stdout that is replaced": """
import io, sys
sys.stdout = io.StringIO(); print(1); sys.__stdout__.write(sys.stdout.getvalue() + '2')""",
    "a closed stdout": "import sys; print(1); sys.stdout.close()",
    "a thread that prints late": """
import threading, time
def late(): time.sleep(.1); print('late')
threading.Thread(target=late).start(); print('early')""",
    "an exception in a thread": """
import threading
t = threading.Thread(target=lambda: 1/0); t.start(); t.join(); print(1)""",
    "recursion in Python": """
import sys
sys.setrecursionlimit(10**6)
def f(n): return 0 if n == 0 else 1 + f(n - 1)
print(f(50000))""",
    "recursion beyond the limit": """
def f(n): return 1 + f(n + 1)
try: f(0)
except RecursionError: print('deep')""",
    "recursion just within the limit": """
def f(n): return 0 if n == 0 else 1 + f(n - 1)
print(f(985))""",
    "binary input": "import sys; print(sys.stdin.buffer.read())",
    "raw input": "import os; print(os.read(0, 3), os.read(0, 99))",
    "lines": "import sys\nfor line in sys.stdin: print(repr(line))",
    "input to the end": """
try:
    while True: print(input())
except EOFError: print('end')""",
    "seeking in the input": """
import sys
sys.stdin.read(); sys.stdin.seek(0); print(sys.stdin.read())""",
    "input with a prompt": "print(input('? '))",
    "the main module": """
import sys
print(__name__, sys.argv, sys.modules['__main__'].__dict__ is globals())
print(sorted(k for k in globals()), __spec__, __loader__, __doc__, __package__, __builtins__)""",
    "pickling a class": """
import pickle, dataclasses
@dataclasses.dataclass
class P: x: int
print(pickle.loads(pickle.dumps(P(3))))""",
    "streams": """
import sys
for s in (sys.stdin, sys.stdout, sys.stderr):
    print(s.name, s.mode, s.encoding, s.errors, s.isatty(), s.line_buffering, s.fileno())""",
    "a lone surrogate": r"print(ascii('\ud800')); print('\ud800')",
    "unicode": "print('é中', '\\u00e9')",
    "a signal to oneself": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "abort": "import os; print(1, flush=True); os.abort()",
    "a handled signal": """
import os, signal
signal.signal(signal.SIGUSR1, lambda *a: print('got it')); signal.raise_signal(signal.SIGUSR1)""",
    "an alarm": """
import signal, time
signal.signal(signal.SIGALRM, lambda *a: print('ring'))
signal.setitimer(0, .05); time.sleep(.2)""",
    "asyncio": """
import asyncio
async def f(): await asyncio.sleep(.01); return 5
print(asyncio.run(f()))""",
    "files of its own": """
import os, tempfile
open('x', 'w').write('hello'); print(open('x').read(), os.listdir('.'))
os.rename('x', 'y'); os.remove('y'); os.mkdir('d'); os.rmdir('d')
with tempfile.TemporaryFile() as f: f.write(b'1')""",
    "a module of its own": "open('mine.py', 'w').write('x = 5'); import mine; print(mine.x)",
    "the standard library": """
import decimal, fractions, json, statistics, random, datetime, hashlib, dataclasses, typing
random.seed(1); print(random.random(), decimal.Decimal(1) / 3, datetime.date(2020, 1, 1))""",
    "numpy": """
import numpy as np
print(np.arange(6).reshape(2, 3).sum(axis=0), np.linalg.det(np.eye(3)))""",
    "numpy's random numbers": "import numpy as np; np.random.seed(1); print(np.random.rand())",
    "garbage collection": "import gc; print(gc.isenabled(), gc.get_threshold())",
    "warnings": "import warnings; warnings.warn('x'); print(1)",
}


@pytest.mark.parametrize("source", CASES.values(), ids=CASES)
def test_a_program_behaves_as_under_the_interpreter(run: Run, source: str, tmp_path: Path) -> None:
    stdin = "1 2\né 3\nlast".encode()
    execution = run(source, stdin)

    if "\0" in source:
        assert execution.exit_code == 1
        return
    expected = _interpreter(source, stdin, tmp_path)
    assert execution.stdout == expected.stdout
    assert (execution.exit_code, execution.stopped_by) == (expected.returncode, None)


def test_a_traceback_shows_the_program_alone(run: Run, tmp_path: Path) -> None:
    source = "def f():\n    return 1 / 0\nf()"

    assert run(source).stderr == _interpreter(source, b"", tmp_path).stderr


def test_a_source_beyond_the_length_of_an_argument_runs(run: Run) -> None:
    assert run("x = 1\n" * 50_000 + "print(x)").stdout == b"1\n"


def test_a_source_with_a_lone_surrogate_is_the_programs_own_error(run: Run) -> None:
    assert run("print('\ud800')").exit_code == 1


def test_recursion_in_c_has_a_deep_stack(run: Run) -> None:
    source = """
import sys
sys.setrecursionlimit(10**6)
x = []
for _ in range(50000): x = [x]
print(len(repr(x)))"""

    limits = Limits(cpu_s=10.0, wall_s=40.0, memory_mb=256, output_kb=1024)
    assert run(source, limits=limits).stdout == b"100002\n"


def test_fifty_threads_at_once_are_allowed(run: Run) -> None:
    source = """
import threading
barrier = threading.Barrier(50)
def work(): barrier.wait(); results.append(1)
results = []
threads = [threading.Thread(target=work) for _ in range(50)]
for t in threads: t.start()
for t in threads: t.join()
print(len(results))"""

    assert run(source).stdout == b"50\n"


def test_hashing_is_the_same_in_every_run(run: Run) -> None:
    assert len({run("print(hash('tarot'), set('tarot'))").stdout for _ in range(4)}) == 1


def _interpreter(source: str, stdin: bytes, folder: Path) -> "subprocess.CompletedProcess[bytes]":
    (folder.parent / "stdin").write_bytes(stdin)
    with (folder.parent / "stdin").open("rb") as file:
        return subprocess.run(
            [sys.executable, "-X", "utf8", "-B", "-c", source],
            stdin=file,
            capture_output=True,
            cwd=folder,
            env={},
            check=False,
        )
