"""An engine that recites: replies by prompt, from a file or a function. Drives whole runs without a model.

The file has one JSON object a line: `{"prompt": last user message, "reply": text}`, optionally `finish`, and `attempt`
for replies that differ by repeat. A prompt without a reply gets a failure, so that gaps show.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Strict

from harness.engines.thinking import split_thinking
from harness.errors import EngineError, StoreError
from harness.identity import digest, file_digest
from harness.plan import ModelSpec, Thinking
from harness.records import Finish, Request, Response
from harness.serial import from_text

Reply = tuple[str, Finish]
Replies = Mapping[tuple[str, int | None], Reply]  # by the last message and the attempt; None: whatever attempt
Script = Callable[[Request], Reply | None]


@dataclass(frozen=True, slots=True)
class ScriptedEngine:
    """Answers in the order asked. `script` tells the reply to a request, or None."""

    model: str
    script: Script
    thinking: Thinking | None = None
    spent: float = 0.0
    ready: int = 0

    def generate(self, requests: Sequence[Request]) -> Iterator[Response]:
        for request in requests:
            yield self._answer(request)

    def _answer(self, request: Request) -> Response:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        reply = self.script(request)
        if reply is None:
            missing = f"the script holds no reply to {last_words(request)[:80]!r}"
            return Response(key=request.key, model=self.model, text="", failure=missing, created_at=now)
        text, finish = reply
        reasoning = None
        if self.thinking:
            reasoning, text = split_thinking(text, self.thinking.open, self.thinking.close)
        return Response(
            key=request.key, model=self.model, text=text, reasoning=reasoning, finish=finish, created_at=now
        )


def from_replies(replies: Replies) -> Script:
    """A script that looks the last message up: the reply to this attempt, else the one to any."""

    def script(request: Request) -> Reply | None:
        words = last_words(request)
        return replies.get((words, request.attempt), replies.get((words, None)))

    return script


def last_words(request: Request) -> str:
    return request.messages[-1].content if request.messages else request.prompt or ""


class ScriptedKind:
    """The engine `scripted` of a plan; `model` names the file of replies."""

    def fault(self, model: ModelSpec) -> str | None:
        for name in ("endpoint", "adapter", "chat_template"):
            if getattr(model, name) is not None:
                return f"`{name}` means nothing to replies that are recited; take it out of the plan"
        return None if Path(model.model).is_file() else f"the file of replies {model.model} is not there"

    def check_ready(self, model: ModelSpec) -> None:
        """Nothing is needed."""

    def fingerprint(self, model: ModelSpec) -> str:
        path = Path(model.model)
        if not path.is_file():
            raise EngineError(f'model "{model.name}": the file of replies {path} is not there')
        thinking = model.thinking.model_dump() if model.thinking else None
        return digest({"engine": "scripted", "replies": file_digest(path), "thinking": thinking})

    @contextmanager
    def load(self, model: ModelSpec, log_file: Path) -> Iterator[ScriptedEngine]:
        yield ScriptedEngine(model.name, from_replies(_read(Path(model.model))), model.thinking)


def _read(path: Path) -> Replies:
    replies: dict[tuple[str, int | None], Reply] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = from_text(_Line, line)
        except (StoreError, UnicodeDecodeError) as error:
            raise EngineError(f'{path}:{number}: expected {{"prompt": ..., "reply": ...}} ({error})') from None
        replies[row.prompt, row.attempt] = (row.reply, row.finish)
    return replies


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    prompt: str
    reply: str
    finish: Finish = "stop"
    attempt: Annotated[int, Strict()] | None = None
