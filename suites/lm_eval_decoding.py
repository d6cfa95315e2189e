"""How an lm-eval task wants its answers drawn, as viva's decoding. Greedy unless the task says that it samples.

Where a task is asked as a chat, its stop texts (`until`) do not go to the engine: a model may write one while it
thinks, and be stopped before it answers. The grader ends the answer at them instead, which gives the same text.
"""

from typing import Any

from harness.errors import DataError
from harness.plan import SuiteSpec
from harness.records import Decoding

MAX_TOKENS = 256  # lm-eval's, where a task does not say
LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")  # as lm-eval ranks them
READ = ("until", "do_sample", "temperature", "top_p", *LENGTHS)
NEUTRAL = {"num_beams": 1, "n": 1, "top_k": -1, "repetition_penalty": 1.0}
OF_SAMPLING = ("top_k", "min_p", "typical_p", "seed")  # without effect on greedy answers


def decoding_of(task: Any, spec: SuiteSpec) -> tuple[Decoding | None, tuple[str, ...]]:
    """The task's own decoding with notes; None where likelihoods are asked. DataError for what cannot be asked."""
    if task.OUTPUT_TYPE != "generate_until":
        return None, ()
    given = dict(task.config.generation_kwargs or {})
    temperature = 0.0 if given.get("do_sample") is False else float(given.get("temperature") or 0.0)
    _refuse_others(given, temperature, spec)
    length = next((int(given[name]) for name in LENGTHS if given.get(name) is not None), None)
    stop = stops(given.get("until"))
    decoding = Decoding(
        temperature=temperature,
        top_p=float(given.get("top_p") or 1.0) if temperature else 1.0,
        max_tokens=length or MAX_TOKENS,
        stop=() if spec.chat else stop,
    )
    return decoding, tuple(_notes(spec, length, stop))


def repeats_of(task: Any, decoding: Decoding | None) -> tuple[int | None, tuple[str, ...]]:
    """How often each document is asked, with notes: greedy answers would all be the same."""
    repeats = task.config.repeats or 1
    if repeats == 1 or decoding is None:
        return None, ()
    about = f'Task "{task.config.task}" asks {repeats} times'
    if not decoding.temperature:
        return None, (f"{about}, greedily: once tells as much.",)
    return repeats, (f"{about}: each is graded by itself, and their mean counts; lm-eval takes the first.",)


def stops(until: Any) -> tuple[str, ...]:
    texts = until if isinstance(until, list) else [until]
    return tuple(text for text in texts if isinstance(text, str) and text)


def _refuse_others(given: dict[str, Any], temperature: float, spec: SuiteSpec) -> None:
    for name, value in given.items():
        harmless = name in READ or value is None or NEUTRAL.get(name) == value
        if harmless or spec.decoding or (name in OF_SAMPLING and not temperature):
            continue
        raise DataError(
            f'suite "{spec.name}": lm-eval task "{spec.lm_eval}": generation_kwargs `{name}: {value}` cannot be asked '
            "of every engine; give the suite a `decoding` of its own, which takes the place of the task's"
        )


def _notes(spec: SuiteSpec, length: int | None, stop: tuple[str, ...]) -> list[str]:
    about = f'Task "{spec.lm_eval}"'
    notes = []
    if length is None and not spec.decoding:
        notes.append(f"{about} does not say how long an answer may be: {MAX_TOKENS} tokens, as in lm-eval.")
    if stop and spec.chat:
        notes.append(f"{about}: an answer ends at {', '.join(map(repr, stop))}; what a model wrote behind is not read.")
    return notes
