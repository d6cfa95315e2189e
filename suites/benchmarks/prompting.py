"""Prompts of the benchmarks: templates in files, in which only the template's own placeholders are filled."""

from functools import lru_cache
from pathlib import Path
from string import Template

from harness.records import Message

FOLDER = Path(__file__).with_name("prompts")


def asked(template: str, **parts: str) -> tuple[Message, ...]:
    """One user message from `prompts/TEMPLATE.txt`. A `$` or a brace in the parts stays what it is."""
    return (Message(role="user", content=_template(template).substitute(parts)),)


@lru_cache(maxsize=16)
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.txt").read_text("utf-8").strip())
