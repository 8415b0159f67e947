"""The model card of a run's weights: the hub's metadata, what was trained how, and the scores."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from tarot.config.model_source import is_local
from tarot.runs import RunDirectory, read_json
from tarot.runs.best import read_best
from tarot.runs.exports import FACTS

TAGS = ["tarot", "trl", "grpo", "code", "curriculum-learning"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a card speaks of: the weights of a run after a step, or the adapter of that step.

    `name` is the repository's on the hub, as `owner/name`, or the folder's.
    """

    name: str
    step: int
    is_adapter: bool = False


def fact_files(run: RunDirectory) -> Iterator[tuple[str, Path]]:
    """The files that say what made the weights, by their names beside these."""
    for path in run.fact_paths:
        yield f"{FACTS}/{path.name}", path


def model_card(run: RunDirectory, subject: Subject) -> str:
    """The README beside the weights."""
    config = run.config()
    sections = (
        f"---\n{_metadata(config, subject).to_yaml()}\n---",
        f"# {subject.name.rpartition('/')[2]}",
        _origin(config, subject),
        _facts(run, config, subject),
        f"## Prompt\n\n{_prompt(config)}",
        f"## Curriculum\n\n{_curriculum(run, config)}",
        f"## Scores\n\n{_scores(run, subject)}",
        f"## Reproduce\n\n{_reproduce(subject)}",
        f"## Versions\n\n{_versions(read_json(run.environment_path)[-1])}",
    )
    return "\n\n".join(sections) + "\n"


def _metadata(config: Mapping[str, Any], subject: Subject) -> ModelCardData:
    """Random weights and those of a folder have no base on the hub."""
    model = config["model"]
    is_named = model["source"] != "random" and not is_local(model["id"])
    return ModelCardData(
        base_model=model["id"] if is_named else None,
        library_name="peft" if subject.is_adapter else "transformers",
        pipeline_tag="text-generation",
        tags=TAGS,
    )


def _origin(config: Mapping[str, Any], subject: Subject) -> str:
    weights = "A LoRA adapter of " if subject.is_adapter else ""
    model = f"{weights}`{config['model']['id']}`{_four_bits(config)}"
    made = f"by TAROT{_cold_start(config)}{_merged(config, subject)}"
    return (
        f"{model}, trained with TRL's GRPO under a curriculum over four-tier test suites, {made}."
    )


def _four_bits(config: Mapping[str, Any]) -> str:
    quantization = (config["lora"] or {}).get("quantization")
    return f", whose weights were in four bits ({quantization}) in training" if quantization else ""


def _merged(config: Mapping[str, Any], subject: Subject) -> str:
    if config["lora"] is None or subject.is_adapter:
        return ""
    whole = " into whole weights" if config["lora"].get("quantization") else ""
    return f"; what was trained is a LoRA adapter of rank {config['lora']['r']}, merged here{whole}"


def _cold_start(config: Mapping[str, Any]) -> str:
    if config["cold_start"] is None:
        return ""
    number = config["cold_start"]["problems"]
    return f", after a cold start: supervised training on {number} reference solutions"


def _facts(run: RunDirectory, config: Mapping[str, Any], subject: Subject) -> str:
    identity = read_json(run.identity_path)
    rows = {
        "run": config["name"],
        "step": subject.step,
        "config sha": identity["sha"],
        "data": config["data"].get("id") or config["data"]["_target_"],
        "data hash": identity["data_fingerprint"],
        "seed": config["seed"],
    }
    return "\n".join(["| | |", "|:--|:--|", *(f"| {key} | `{rows[key]}` |" for key in rows)])


def _curriculum(run: RunDirectory, config: Mapping[str, Any]) -> str:
    if run.decision_path.exists():
        decision = read_json(run.decision_path)
        return f"`{decision['chosen']}`, chosen from a probe of the model. {decision['reason']}"
    return f"```json\n{json.dumps(config['curriculum'], indent=2, sort_keys=True)}\n```"


def _prompt(config: Mapping[str, Any]) -> str:
    """How problems were put to the model; texts may hold fences of their own."""
    prompt = config["prompt"]
    turns = {"System": prompt["system"], "User, around each problem": prompt["instruction"]}
    told = (f"{turn}:\n\n````\n{text.rstrip()}\n````" for turn, text in turns.items() if text)
    return "\n\n".join(["In the tokenizer's chat template:", *told])


def _scores(run: RunDirectory, subject: Subject) -> str:
    """What was measured of the run, and whether it was of these weights."""
    notes = []
    best = read_best(run.path)
    if best is not None and best.step == subject.step:
        notes.append(
            f"Of the steps that were evaluated in training this is the best: {best.metric} "
            f"{best.value:.4g}."
        )
    if not run.summary_path.exists():
        return "\n\n".join([*notes, "The run was not finished, so nothing else was measured."])
    last = max((line["step"] for line in run.log.lines()), default=subject.step)
    if last != subject.step:
        notes.append(f"What follows was measured after step {last}, not with these weights.")
    return "\n\n".join([*notes, _table(read_json(run.summary_path))])


def _table(summary: Mapping[str, Any]) -> str:
    """Pass rates in percent, each with its 95% interval."""
    lines = [
        "Share of completions that pass, with 95% intervals clustered by problem; `suite` is all",
        "tiers of a problem at once.",
        "",
        "| problems | tier | number | before | after | difference |",
        "|:--|:--|--:|--:|--:|--:|",
    ]
    for split, changes in summary["splits"].items():
        for tier, change in changes.items():
            number = change["difference"]["num_clusters"]
            before, after = _percent(change["before"]), _percent(change["after"])
            difference = _percent(change["difference"], sign="+")
            lines.append(f"| {split} | {tier} | {number} | {before} | {after} | {difference} |")
    return "\n".join(lines)


def _percent(estimate: Mapping[str, float], sign: str = "") -> str:
    mean, low, high = (f"{100 * estimate[key]:{sign}.1f}" for key in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]"


def _reproduce(subject: Subject) -> str:
    """The commands; what has an owner is a repository of the hub."""
    get = f'hf download {subject.name} --include "{FACTS}/*" --local-dir .\n'
    return (
        f"`{FACTS}/` has the config, the decision and the results of the run. This trains it "
        f"again, into `{FACTS}-again`; its rollouts, by which runs are compared step by step, are "
        "not here.\n\n"
        f"```\n{get if '/' in subject.name else ''}tarot reproduce run={FACTS}\n```"
    )


def _versions(environment: Mapping[str, Any]) -> str:
    packages = environment["packages"]
    versions = {"python": environment["python"], **packages}
    commit = environment["git_commit"]
    lines = [f"- {name} {version}" for name, version in versions.items()]
    if commit:
        changed = " and changes" if environment["git_changed_files"] else ""
        lines.append(f"- commit {commit}{changed}")
    return "\n".join(lines)
