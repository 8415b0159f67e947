"""The model card of a finished run: the hub's metadata, what was trained how, and the scores."""

import json
from collections.abc import Mapping
from typing import Any

from huggingface_hub import ModelCardData

from tarot.runs import RunDirectory, read_json

FACTS = "tarot"
"""The folder of a repository that holds the run's config and results."""
TAGS = ["tarot", "trl", "grpo", "code", "curriculum-learning"]


def model_card(run: RunDirectory, repository: str) -> str:
    """The README of `repository`; the run has to be finished."""
    config = run.config()
    sections = (
        f"---\n{_metadata(config).to_yaml()}\n---",
        f"# {repository.partition('/')[2]}",
        _origin(config),
        _facts(run, config),
        f"## Curriculum\n\n{_curriculum(run, config)}",
        f"## Scores\n\n{_scores(read_json(run.summary_path))}",
        f"## Reproduce\n\n{_reproduce(repository)}",
        f"## Versions\n\n{_versions(read_json(run.environment_path)[-1])}",
    )
    return "\n\n".join(sections) + "\n"


def _metadata(config: Mapping[str, Any]) -> ModelCardData:
    """Random weights and those of a folder have no base on the hub."""
    model = config["model"]
    is_named = model["source"] != "random" and model["id"].count("/") == 1
    return ModelCardData(
        base_model=model["id"] if is_named and model["id"][:1] not in "/.~" else None,
        library_name="peft" if config["lora"] else "transformers",
        pipeline_tag="text-generation",
        tags=TAGS,
    )


def _origin(config: Mapping[str, Any]) -> str:
    subject = "A LoRA adapter of " if config["lora"] else ""
    return (
        f"{subject}`{config['model']['id']}`, trained with TRL's GRPO under a curriculum over "
        f"four-tier test suites, by TAROT{_cold_start(config)}."
    )


def _cold_start(config: Mapping[str, Any]) -> str:
    if config["cold_start"] is None:
        return ""
    number = config["cold_start"]["problems"]
    return f", after a cold start: supervised training on {number} reference solutions"


def _facts(run: RunDirectory, config: Mapping[str, Any]) -> str:
    identity = read_json(run.identity_path)
    rows = {
        "run": config["name"],
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


def _scores(summary: Mapping[str, Any]) -> str:
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


def _reproduce(repository: str) -> str:
    return (
        f"`{FACTS}/` has the config, the decision and the results of the run. This trains it "
        f"again, into `{FACTS}-again`; its rollouts, by which runs are compared step by step, are "
        "not here.\n\n"
        f'```\nhf download {repository} --include "{FACTS}/*" --local-dir .\n'
        f"tarot reproduce run={FACTS}\n```"
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
