"""A small Evalchemy: the same command line, files, log and faults, over problems of its own.

Its models are folders with `answers.json`, which holds a program for each problem, and it runs
them. `faults` in the same folder names what is to go wrong, task by task.
"""

import argparse
import json
import logging
import math
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

logging.basicConfig(
    format="%(asctime)s,%(msecs)03d %(levelname)-8s [%(filename)s:%(lineno)d] %(message)s",
    datefmt="%Y-%m-%d:%H:%M:%S",
    level=logging.INFO,
)
logger = logging.getLogger("lm-eval")
Problem = dict[str, Any]
Ask = Callable[[Problem], str]

DATA = Path("eval/chat_benchmarks")


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("model", "tasks", "model_args", "batch_size", "max_tokens", "seed", "output_path"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--debug", action="store_true")
    given = parser.parse_args()
    named = dict(part.split("=", 1) for part in given.model_args.split(","))
    ask, faults = asker(named)
    logger.info("Selected Tasks: ['%s']", given.tasks)
    if given.tasks not in TASKS:
        raise ValueError(f"The following tasks could not be found: ['{given.tasks}']")
    fault = faults.get(given.tasks, "")
    if fault == "killed":
        time.sleep(600)
    results = {given.tasks: TASKS[given.tasks](ask, 2 if given.debug else None, fault)}
    if fault == "exit":
        raise KeyError("samples")
    name = (named.get("pretrained") or named["model"]).replace("/", "__")
    write(Path(given.output_path) / name, results, vars(given))


def asker(named: dict[str, str]) -> tuple[Ask, dict[str, str]]:
    """How the model is asked, and what is to go wrong with it."""
    if "base_url" in named:
        return lambda problem: asked(named["base_url"], named["model"], problem), {}
    folder = Path(named["pretrained"])
    answers = json.loads((folder / "answers.json").read_text())
    with (folder / "started").open("a") as file:
        file.write(f"{sys.argv[sys.argv.index('--tasks') + 1]}\n")
    faults = folder / "faults"
    planned = json.loads(faults.read_text()) if faults.exists() else {}
    return lambda problem: answers[key_of(problem)], planned


def asked(url: str, model: str, problem: Problem) -> str:
    messages = [{"role": "user", "content": key_of(problem)}]
    body = json.dumps({"model": model, "messages": messages}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["choices"][0]["message"]["content"])


def key_of(problem: Problem) -> str:
    return str(problem.get("task_id", problem.get("id")))


def check_correctness(problem: Problem) -> dict[str, Any]:
    """One judgement, as of HumanEval and its kin."""
    reason = judged(problem["generation"], problem["test"])
    return {"task_id": problem["task_id"], "passed": reason == "passed", "result": reason}


def evaluate_single_example(example: Problem) -> dict[str, Any]:
    """One judgement, as of CodeForces."""
    if example.get("is_lost"):
        return {"correctness": False, "reason": "Evaluation error: can't start new thread"}
    reason = judged(example["model_output"], example["test"])
    return {"correctness": reason == "passed", "reason": reason}


def judged(program: str, test: str) -> str:
    try:
        exec(f"{program}\n{test}", {})
    except Exception as error:
        return f"failed: {error!r}"
    return "passed"


def human_eval(ask: Ask, limit: int | None, fault: str) -> dict[str, Any]:
    path = DATA / "HumanEval/data/humaneval-python.jsonl"
    problems = [json.loads(line) for line in path.read_text().splitlines()][:limit]
    found: dict[str, Any] = {}
    for language in ("python", "sh"):
        try:
            answered = [{**one, "generation": ask(one)} for one in problems]
            if fault == "lost" and language == "python":
                raise ConnectionError("no answer after 3 tries")
        except ConnectionError as error:
            logger.error("Error processing language %s: %s", language, error)
            continue
        passed = pool(check_correctness, answered[1:] if fault == "fewer" else answered)
        found[f"{language}_pass@1"] = sum(one["passed"] for one in passed) / len(passed)
    wrong = {"nan": math.nan, "beyond": 1.5, "other": 0.25}
    if fault in wrong:
        found["python_pass@1"] = wrong[fault]
    if fault == "traceback":
        sys.stderr.write("Traceback (most recent call last):\n  File x\nOSError: no space left\n")
    if fault == "of_a_child":
        sys.stderr.write("Process Process-7:\nTraceback (most recent call last):\nKeyError: 1\n")
    return found


def crux_eval(ask: Ask, limit: int | None, fault: str) -> dict[str, Any]:
    lines = (DATA / "CruxEval/data/cruxeval.jsonl").read_text().splitlines()
    found = {}
    for mode in ("input", "output"):
        problems = [json.loads(line) for line in lines][:limit]
        answered = [
            {**one, "generation": ask(one), "test": one[f"{mode}_test"]} for one in problems
        ]
        passed = pool(check_correctness, answered)
        found[f"{mode}_pass@1"] = sum(one["passed"] for one in passed) / len(passed)
    return found


def codeforces(ask: Ask, limit: int | None, fault: str) -> dict[str, Any]:
    lines = Path("open-r1/codeforces/test.jsonl").read_text().splitlines()
    problems = [json.loads(line) for line in lines][:limit]
    shares, judgements = [], []
    for repeat in range(2 if fault == "repeats" else 3):
        examples = [{**one, "model_output": ask(one)} for one in problems]
        examples[0]["is_lost"] = fault == "unjudged" and repeat == 0
        judgements = pool(evaluate_single_example, examples)
        shares.append(sum(one["correctness"] for one in judgements) / len(judgements))
    return {
        "accuracy_avg": statistics.mean(shares),
        "accuracy_std_err": statistics.stdev(shares) / math.sqrt(len(shares)),
        "examples": judgements,
        "num_total": len(problems),
        "num_repeat": len(shares),
    }


def pool(judge: Callable[[Problem], dict[str, Any]], problems: Sequence[Problem]) -> list[Any]:
    with ThreadPoolExecutor(max_workers=4) as executor:
        futures = [executor.submit(judge, problem) for problem in problems]
        return [future.result() for future in futures]


def write(folder: Path, results: dict[str, Any], given: dict[str, Any]) -> None:
    folder.mkdir(parents=True)
    path = folder / f"results_{time.strftime('%Y-%m-%dT%H-%M-%S')}.json"
    path.write_text(json.dumps({"results": results, "config": given}))
    logger.info("Wrote aggregated results to: %s", path)


TASKS = {"HumanEval": human_eval, "CruxEval": crux_eval, "CodeForces": codeforces}

if __name__ == "__main__":
    main()
