"""The suite source `lm_eval`: the requests of one lm-evaluation-harness task, to be graded by the task itself.

A generation task becomes messages (`chat: true`: few-shot examples as turns, the task's description as system message,
which is lm-eval's `--apply_chat_template --fewshot_as_multiturn`) or a raw prompt (`chat: false`, lm-eval's default).
A multiple-choice task becomes continuations whose likelihoods are asked, without a chat template. The target holds the
document, which is all that the grader `lm_eval` needs beside the reply: it never loads the data set.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import DataError, nearest
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Continuation, Json, Message, Sample
from suites.lm_eval_decoding import decoding_of, repeats_of
from suites.lm_eval_metrics import Measure, measure_of
from suites.lm_eval_tasks import Found, code_digest, find, lm_eval_version, load_task, quietly
from suites.rows import as_text, fetch, plain

keys = frozenset({"lm_eval", "include_path", "chat"})

VALUES_PER_SLICE = 50
_REVISION = re.compile(r"@([0-9a-f]{40})/")
LIKELIHOODS = ("multiple_choice", "loglikelihood")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A document with the requests that lm-eval makes of it."""

    number: int
    doc: Mapping[str, Any]
    arguments: Sequence[tuple[Any, ...]]


def load(spec: SuiteSpec) -> Loaded:
    """The first `size` documents of the task, or all. Raises DataError for a task that cannot be a suite."""
    if spec.lm_eval is None:
        raise DataError(f'suite "{spec.name}": source "lm_eval" needs the name of a task: `lm_eval: gsm8k`')
    found = find(spec.lm_eval, spec.include_path)
    _refuse_what_cannot_be_asked(found, spec)
    task = load_task(found)
    asked = _requests(task, spec)
    measure = measure_of(task, asked[0].doc, spec.grader_options.get("lm_eval", {}).get("metric"))
    decoding, notes = decoding_of(task, spec)
    repeats, more = repeats_of(task, decoding)
    return Loaded(
        public=spec.include_path is None,  # tasks of a folder are the team's own
        samples=_samples(task, asked, spec),
        grader="lm_eval",
        grader_options={"lm_eval": _options(found, task, measure, spec)},
        decoding=decoding,
        repeats=repeats,
        origin=_origin(found, task, measure, len(asked)),
        notes=(*measure.notes, *notes, *more),
    )


def _refuse_what_cannot_be_asked(found: Found, spec: SuiteSpec) -> None:
    """By what the task's YAML says, before its data are loaded or its code is run."""
    about = f'suite "{spec.name}": lm-eval task "{found.name}"'
    kind = found.config.get("output_type", "generate_until")
    if kind == "loglikelihood_rolling":
        raise DataError(f"{about}: it measures perplexity (loglikelihood_rolling), which is no score per answer")
    if found.config.get("unsafe_code"):
        raise DataError(f"{about}: it runs code that models wrote, outside of any sandbox (unsafe_code)")
    if found.config.get("doc_to_image") or found.config.get("doc_to_audio"):
        raise DataError(f"{about}: it asks with pictures or sound, and viva asks with text only")
    if kind in LIKELIHOODS and spec.chat and "chat" in spec.model_fields_set:
        raise DataError(f"{about}: likelihoods ({kind}) are asked without a chat template; take `chat` out")
    if kind == "generate_until" and spec.chat and found.config.get("gen_prefix"):
        raise DataError(f"{about}: it begins the reply itself (gen_prefix), which messages cannot; write `chat: false`")


def _requests(task: Any, spec: SuiteSpec) -> list[_Asked]:
    """lm-eval's requests by document. With a chat, contexts come as JSON of the messages: no template is known yet."""
    chat = spec.chat and task.OUTPUT_TYPE == "generate_until"
    try:
        with quietly():
            task.build_all_requests(
                limit=spec.size, apply_chat_template=chat, fewshot_as_multiturn=chat, chat_template=_as_json
            )
    except Exception as error:  # the boundary of tasks: their templates and functions are not ours
        raise DataError(f'lm-eval task "{spec.lm_eval}": its requests cannot be built ({_said(error)})') from error
    groups: dict[int, list[Any]] = {}
    for instance in task.instances:
        groups.setdefault(instance.doc_id, []).append(instance)
    return [
        _Asked(number=number, doc=group[0].doc, arguments=[i.args for i in sorted(group, key=lambda i: i.idx)])
        for number, group in sorted(groups.items())
    ]


def _as_json(messages: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
    """Stands where lm-eval expects a model's chat template."""
    return json.dumps(messages)


def _samples(task: Any, asked: Sequence[_Asked], spec: SuiteSpec) -> list[Sample]:
    slices = {name: _slice(name, asked, spec) for name in spec.slices or ()}
    seen: set[str] = set()
    samples = []
    for place, one in enumerate(asked):
        where = f'lm-eval task "{spec.lm_eval}": document {one.number}'
        doc_hash = _doc_hash(one.doc)[:16]
        name = f"{doc_hash}-{one.number}" if doc_hash in seen else doc_hash  # as `viva import` names lm-eval's logs
        seen.add(name)
        target = {"gold": _gold(task, one.doc), "doc": plain(dict(one.doc), where)}
        samples.append(
            Sample(
                id=name,
                **_question(task, one, spec, where),
                target=target,
                target_source="lm-eval",
                choices=_choices(task, one.doc),
                slices={field: values[place] for field, values in slices.items()},
                source=spec.lm_eval,
            )
        )
    return samples


def _question(task: Any, one: _Asked, spec: SuiteSpec, where: str) -> dict[str, Any]:
    """The part of a sample that is asked: messages, a prompt or continuations."""
    if task.OUTPUT_TYPE in LIKELIHOODS:
        pairs = [arguments[:2] for arguments in one.arguments]
        if not all(isinstance(text, str) for pair in pairs for text in pair):
            raise DataError(f"{where}: its context or continuation is no text")
        return {"continuations": tuple(Continuation(context=context, text=text) for context, text in pairs)}
    context = one.arguments[0][0]
    if not isinstance(context, str) or not context.strip():
        raise DataError(f"{where}: its prompt is empty")
    if not spec.chat:
        return {"prompt": context}
    return {"messages": tuple(Message(role=m["role"], content=m["content"]) for m in json.loads(context))}


def _slice(field: str, asked: Sequence[_Asked], spec: SuiteSpec) -> list[str]:
    """A field of the documents as a slice. Raises DataError where it is missing, long, or different in each."""
    about = f'suite "{spec.name}": slice "{field}"'
    values = []
    for one in asked:
        try:
            value = fetch(one.doc, field)
        except KeyError:
            known = [name for name, held in asked[0].doc.items() if isinstance(held, str | int | float)]
            raise DataError(f"{about}: the task's documents have no such field{nearest(field, known)}") from None
        if value is not None and not isinstance(value, str | int | float):
            raise DataError(f"{about}: it holds a {type(value).__name__}; a slice is a short text or a number")
        values.append(as_text(value) or "(none)")
    if len(set(values)) > VALUES_PER_SLICE:
        raise DataError(f"{about}: it has {len(set(values))} different values, a slice at most {VALUES_PER_SLICE}")
    return values


def _gold(task: Any, doc: Mapping[str, Any]) -> Json:
    """The right answer for readers; the task itself finds it in the document."""
    target = task.doc_to_target(doc)
    choices = _choices(task, doc)
    if isinstance(target, int) and not isinstance(target, bool) and 0 <= target < len(choices):
        return choices[target]
    try:
        return plain(target, "target")
    except DataError:
        return str(target)


def _choices(task: Any, doc: Mapping[str, Any]) -> tuple[str, ...]:
    if task.config.doc_to_choice is None:
        return ()
    return tuple(as_text(choice) or "" for choice in task.doc_to_choice(doc))


def _doc_hash(doc: Mapping[str, Any]) -> str:
    """lm-eval's own hash of a document (`evaluator.evaluate`), by which its logs can be paired with this suite."""
    from lm_eval.utils import handle_non_serializable

    text = json.dumps(doc, indent=2, default=handle_non_serializable, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _options(found: Found, task: Any, measure: Measure, spec: SuiteSpec) -> dict[str, Json]:
    """What the grader needs to make the task again without its data."""
    options: dict[str, Json] = {
        "task": found.name,
        "file": found.file.as_posix(),
        "metric": measure.key,
        "code": code_digest(found),
    }
    if found.local:
        options["include_path"] = str(found.root)
    if task.multiple_target:
        options["multiple_target"] = True
    return options


def _origin(found: Found, task: Any, measure: Measure, asked: int) -> dict[str, Json]:
    config = task.config
    split = config.test_split or config.validation_split
    facts: dict[str, Json] = {
        "task": found.name,
        "task version": as_text(task.VERSION),
        "lm-eval": lm_eval_version(),
        "metric": measure.key,
        "data set": " ".join(filter(None, (config.dataset_path, config.dataset_name))) or None,
        "split": split,
        "few-shot examples": config.num_fewshot or 0,
        "documents": len(task.eval_docs),
        "samples": asked,
    }
    facts |= _data_set(task, split)
    return {name: value for name, value in facts.items() if value is not None}


def _data_set(task: Any, split: str | None) -> dict[str, Json]:
    """The revision and the licence of a data set from the Hub, as far as `datasets` tells."""
    info = getattr(task.dataset.get(split) if isinstance(task.dataset, dict) else None, "info", None)
    urls = [str(url) for url in getattr(info, "download_checksums", None) or ()]
    revisions = dict.fromkeys(found[1] for url in urls if (found := _REVISION.search(url)))
    licence = getattr(info, "license", None) or None
    return {"revision": ", ".join(revisions) or None, "licence": licence}


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
