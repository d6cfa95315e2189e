"""Fingerprints and content keys: what makes two requests, responses or grades the same thing.

Change any part and it is another key; change none and the key never changes. Every key is the SHA-256 of canonical
JSON, cut to 40 hexadecimal digits.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

from harness.records import Decoding, Json, Message, Request, Sample
from harness.serial import to_json

DIGITS = 40
# Named once: `dataclasses.asdict` copies every value and takes most of the time of naming thousands of requests.
_ASKED = tuple(f.name for f in fields(Request) if f.name not in ("key", "continuations"))
_DECODING = tuple(f.name for f in fields(Decoding))


def digest(value: object) -> str:
    """The name of a JSON value. Raises ValueError for NaN and infinities, TypeError for what is not JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]


def folder_digest(folder: Path, ignored: Sequence[str] = ()) -> str:
    """The names and bytes of every file below a folder, but for files with an ignored name."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in ignored)
    return digest({p.relative_to(folder).as_posix(): file_digest(p) for p in files})


def sample_id(messages: Sequence[Message], target: Json, choices: Sequence[str] = ()) -> str:
    """The id of a sample that came without one: its content, 16 digits."""
    return digest([[asdict(m) for m in messages], target, list(choices)])[:16]


def suite_fingerprint(samples: Iterable[Sample]) -> str:
    return digest([to_json(sample) for sample in samples])


def keyed(request: Request, model_fingerprint: str) -> Request:
    """The request with its key for this model: the prompt, decoding and attempt, and nothing else."""
    how = request.decoding
    decoding = {name: getattr(how, name) for name in _DECODING}
    decoding |= {"temperature": float(how.temperature), "top_p": float(how.top_p)}  # 0 is 0.0
    asked = {name: getattr(request, name) for name in _ASKED}
    asked |= {"messages": [{"role": m.role, "content": m.content} for m in request.messages], "decoding": decoding}
    asked["continuation"] = [[c.context, c.text] for c in request.continuations] or None
    return replace(request, key=digest({"model": model_fingerprint, **asked}))


def grade_key(
    sample: Sample, response_keys: Sequence[str], grader: str, version: str, options: Mapping[str, Json]
) -> str:
    """A corrected gold, another grader version or option, other tools: another grade."""
    judged = [sample.target, list(sample.choices), sample.context]
    if sample.tools:
        judged.append(list(sample.tools))
    return digest([list(response_keys), grader, version, dict(options), judged])
