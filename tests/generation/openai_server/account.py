"""The state behind the server: files, batches, and what has been paid for."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.generation.openai_server.bodies import Answerer, answer_to, error, fault_of
from tests.generation.openai_server.faults import Plan
from tests.planned_faults import Fault

KEY = "sk-test-0123456789abcdef"
_MAX_REQUESTS = 50_000


@dataclass
class Batch:
    """One batch, worked off at once and shown as running for a while."""

    id: str
    order: dict[str, Any]
    is_over_s: float
    status: str = "completed"
    errors: list[dict[str, Any]] = field(default_factory=list)
    output_file_id: str | None = None
    error_file_id: str | None = None
    num_tokens: int = 0

    @property
    def is_running(self) -> bool:
        return time.monotonic() < self.is_over_s

    def shown(self) -> dict[str, Any]:
        """As the API describes it."""
        files = {"output_file_id": self.output_file_id, "error_file_id": self.error_file_id}
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.order["endpoint"],
            "input_file_id": self.order["input_file_id"],
            "completion_window": self.order["completion_window"],
            "created_at": 1_700_000_000,
            "metadata": self.order.get("metadata"),
            "status": "in_progress" if self.is_running else self.status,
            "errors": {"object": "list", "data": self.errors} if self.errors else None,
            **(dict.fromkeys(files) if self.is_running else files),
        }


class Account:
    """All that belongs to one key; `answerer` makes the text of every answer.

    A batch takes `batch_s`. At most `max_enqueued_tokens` of input may be under way.
    """

    def __init__(self, answerer: Answerer, plan: Plan, batch_s: float = 0.0) -> None:
        self.answerer = answerer
        self.plan = plan
        self.batch_s = batch_s
        self.models = {"o4-mini", "o3", "o1-pro"}
        self.max_enqueued_tokens: float = float("inf")
        self.paid: Counter[str] = Counter()
        """How often the service gave an answer, by custom id, or by body where it has none."""
        self.answers: dict[str, list[dict[str, Any]]] = {}
        """The bodies of these answers."""
        self.batches: dict[str, Batch] = {}
        self.files: dict[str, bytes] = {}
        self.file_names: dict[str, str] = {}
        self._lock = threading.RLock()

    def add_file(self, content: bytes, name: str) -> dict[str, Any]:
        """A new file; as the API describes it."""
        with self._lock:
            file_id = f"file-{len(self.files) + 1}"
            self.files[file_id] = content
            self.file_names[file_id] = name
        return {
            "id": file_id,
            "object": "file",
            "bytes": len(content),
            "created_at": 1_700_000_000,
            "filename": name,
            "purpose": "batch",
            "status": "processed",
        }

    def answer(self, key: str, body: dict[str, Any], endpoint: str) -> dict[str, Any]:
        """The answer to a question, which is paid for from now on."""
        with self._lock:
            self.paid[key] += 1
            answer = answer_to(body, endpoint, self.answerer, self.plan.next("answer"))
            self.answers.setdefault(key, []).append(answer)
        return answer

    def create_batch(self, order: dict[str, Any]) -> Batch:
        """A new batch; one whose file is wrong has failed."""
        with self._lock:
            batch_id = f"batch_{len(self.batches) + 1}"
            batch = Batch(batch_id, order, time.monotonic() + self.batch_s)
            rows = [json.loads(line) for line in self.files[order["input_file_id"]].splitlines()]
            fault = self.plan.next("batch")
            batch.num_tokens = sum(len(json.dumps(row)) // 4 for row in rows)
            batch.errors = self._errors(batch, rows, fault)
            self.batches[batch_id] = batch
            if batch.errors:
                batch.status, batch.is_over_s = "failed", 0.0
            else:
                self._work(batch, rows, fault)
        return batch

    def cancel(self, batch_id: str) -> Batch:
        """Stop a batch; what is done stays so."""
        batch = self.batches[batch_id]
        batch.status, batch.is_over_s = "cancelled", 0.0
        return batch

    def listed(self, after: str | None, limit: int) -> tuple[list[Batch], bool]:
        """Batches, the newest first, from behind `after`; and whether there are more."""
        with self._lock:
            every = list(reversed(self.batches.values()))
        names = [batch.id for batch in every]
        start = names.index(after) + 1 if after else 0
        return every[start : start + limit], start + limit < len(every)

    def paid_twice(self) -> dict[str, int]:
        """What was paid more than once."""
        return {key: count for key, count in self.paid.items() if count > 1}

    def _errors(
        self, batch: Batch, rows: list[dict[str, Any]], fault: Fault | None
    ) -> list[dict[str, Any]]:
        """What is wrong with a request file as a whole."""
        others = [b.num_tokens for b in self.batches.values() if b.is_running]
        is_full = sum(others) + batch.num_tokens > self.max_enqueued_tokens
        models = {row["body"]["model"] for row in rows}
        ids = [row["custom_id"] for row in rows]
        if is_full or (fault is not None and fault.kind == "queue full"):
            return [_error("token_limit_exceeded", "Enqueued token limit reached for o4-mini")]
        if len(models) != 1:
            return [_error("model_mismatch", "All requests must have the same model")]
        if unknown := models - self.models:
            return [_error("model_not_found", f"The model {unknown.pop()} does not exist")]
        if len(set(ids)) < len(ids):
            return [_error("duplicate_custom_id", "The custom_id is used more than once")]
        if len(rows) > _MAX_REQUESTS or {row["url"] for row in rows} != {batch.order["endpoint"]}:
            return [_error("invalid_request", "The file does not fit the batch")]
        return []

    def _work(self, batch: Batch, rows: list[dict[str, Any]], fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        num_done = len(rows)
        if fault is not None and kind in ("expired", "cancelled"):
            batch.status, num_done = kind, int(len(rows) * fault.amount)
        outputs: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for row in rows[:num_done]:
            line = self._line(row)
            (outputs if line["response"]["status_code"] == 200 else errors).append(line)
        if kind == "expired":
            message = "This request could not be executed before the completion window expired."
            for row in rows[num_done:]:
                expired = {"code": "batch_expired", "message": message}
                errors.append({**_line(row, None), "error": expired})
        if kind == "duplicated":
            outputs = [line for line in outputs for _ in range(2)]
        if kind == "reversed":
            outputs.reverse()
        batch.output_file_id = self._file(outputs, f"{batch.id}_output.jsonl")
        batch.error_file_id = self._file(errors, f"{batch.id}_error.jsonl")

    def _line(self, row: dict[str, Any]) -> dict[str, Any]:
        wrong = fault_of(row["body"], row["url"])
        if wrong:
            return _line(row, {"status_code": 400, "body": error(wrong)})
        if self.plan.next("line") is not None:
            return _line(row, {"status_code": 500, "body": error("broken", "server_error")})
        body = self.answer(row["custom_id"], row["body"], row["url"])
        return _line(row, {"status_code": 200, "request_id": "req_1", "body": body})

    def _file(self, lines: Iterable[dict[str, Any]], name: str) -> str | None:
        content = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        return str(self.add_file(content.encode(), name)["id"]) if content else None


def _line(row: dict[str, Any], response: dict[str, Any] | None) -> dict[str, Any]:
    name = f"batch_req_{row['custom_id']}"
    return {"id": name, "custom_id": row["custom_id"], "response": response, "error": None}


def _error(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "line": None, "param": None}
