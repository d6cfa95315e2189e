"""What a judge is asked: a template file, and in it foreign texts that are fenced off.

Whoever wrote a text that is judged may want to instruct the judge. So each stands between two lines with a mark that
occurs in none of them, and which nobody can foresee who wrote only one; the tags by which chat formats tell speakers
apart are broken by a space, since a tokenizer would take them for its own. A template gets texts only with their fence.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.records import Json, Message, Request, Sample

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

TEMPLATES = Path(__file__).with_name("judge_templates")

_MARK = 16  # hexadecimal digits
_CALLED = {"reply_a": "reply A", "reply_b": "reply B"}
_TAG = (
    r"/? (?: s|bos|eos|pad|unk|mask|cls|sep|sop|eop|eoa|eoh|think(?:ing)? | [a-z0-9]{1,20}(?:_[a-z0-9]{1,20}){1,4} ) >"
)
_BRACKET = r"""/? (?: INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|CALL_ID|ARGS|THINK|IMG
    |g?MASK|sMASK|CLS|SEP|PAD|UNK|BOS|EOS ) \]"""
_RESERVED = re.compile(
    rf"(?: < (?= [|\uff5c] | {_TAG} | </?SYS>> ) | \[ (?= {_BRACKET} ) )", re.VERBOSE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template file, and the names of the fenced texts that it must show."""

    path: Path
    shows: tuple[str, ...]

    def request(self, texts: Mapping[str, str | None], said: Mapping[str, object]) -> Request:
        """The question. `texts` are foreign, and None where there is none; `said` are the plan's own words.

        Raises what the template raises; `check` finds that out before any model is asked.
        """
        prompt = _environment(self.path.parent).get_template(self.path.name).render(**said, **fenced(texts))
        return Request(key="", messages=(Message(role="user", content=prompt),))

    def check(self, said: Mapping[str, object]) -> None:
        """Raises UsageError where the template cannot be read or filled in, or hides what is to be judged."""
        from jinja2 import TemplateNotFound

        texts = {name: f"the {name}" for name in ("prompt", "context", "reference", *self.shows)}
        try:
            for given in (texts, texts | {"context": None, "reference": None}):
                prompt = self.request(given, said).messages[0].content
        except TemplateNotFound as error:
            raise UsageError(f"{self.path}: the judge's template {error.name} is not there") from None
        except Exception as error:  # the boundary of templates: what one does is its author's affair
            line = getattr(error, "lineno", None)
            raise UsageError(f"{self.path}{f':{line}' if line else ''}: the judge's template: {error}") from None
        for name in self.shows:
            if str(fenced(texts | {"context": None, "reference": None})[name]) not in prompt:
                raise UsageError(f"{self.path}: the judge's template does not show {{{{ {name} }}}}; put it in")


def asked_of(sample: Sample) -> str:
    """What the model was asked, as one text."""
    messages = sample.read()
    if len(messages) == 1:
        return messages[0].content
    return "\n\n".join(f"{message.role}:\n{message.content}" for message in messages)


def source_of(sample: Sample) -> str | None:
    """The sample's source text; None where it is blank, or the prompt holds it and need not be read twice."""
    context = sample.context
    return None if not context or not context.strip() or context.strip() in asked_of(sample) else context


def reference_of(target: Json) -> str | None:
    """The target as the judge reads it."""
    return target if target is None or isinstance(target, str) else json.dumps(target, ensure_ascii=False)


def fenced(texts: Mapping[str, str | None]) -> dict[str, str | None]:
    """Each text between two lines with one mark for all, and the `mark`. The order of texts does not change it."""
    plain = {name: None if text is None else harmless(text) for name, text in texts.items()}
    mark = _mark([text for text in plain.values() if text is not None])

    def fence(name: str, text: str) -> str:
        what = _CALLED.get(name, name)
        return f"--- {mark} begin of {what} ---\n{text}\n--- {mark} end of {what} ---"

    return {"mark": mark} | {name: None if text is None else fence(name, text) for name, text in plain.items()}


def harmless(text: str) -> str:
    """The text as it can be sent, without lone surrogates and NULs, the reserved tags of chat formats broken."""
    sendable = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return _RESERVED.sub(lambda tag: f"{tag[0]} ", sendable)


def _mark(texts: Sequence[str]) -> str:
    """A mark that none of the texts holds."""
    whole = hashlib.sha256()
    for text in sorted(texts):
        whole.update(hashlib.sha256(text.encode()).digest())
    mark = whole.hexdigest()[:_MARK]
    while any(mark in text for text in texts):
        mark = hashlib.sha256(mark.encode()).hexdigest()[:_MARK]
    return mark


@lru_cache(maxsize=8)
def _environment(folder: Path) -> "SandboxedEnvironment":
    """Where the templates of a folder are read; a changed file is read again. Nothing is escaped: it is plain text."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
