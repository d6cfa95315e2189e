"""The program in a reply: its last Python block, else its last block without another language, else the reply itself.

Nothing is parsed here: whether it is a program at all is found out inside the sandbox.
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([^\s`]*)[^`\n]*")
_PYTHON = ("python", "python3", "py", "py3", "python2", "pypy", "pypy3", "ipython", "{python}", "{.python}", ".py")
_NO_LANGUAGE = ("", "text", "txt", "plaintext", "code", "output")
_LIKE_PYTHON = re.compile(
    r"^(?:[ \t]*(?:def|class|import|from|for|while|if|with|try|return|async|@)\b|.*[(=\[]|[ \t]+\w)", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced stretch of a reply; `closed` where the fence was."""

    language: str
    text: str
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`form`: out of a fence, or the reply as a whole, or the rest of a function whose beginning the prompt holds.

    `closed`: no further text could change it.
    """

    text: str
    closed: bool
    form: Literal["fenced", "bare", "rest"]


class NoProgram(ValueError):
    """Why a reply holds none."""


def read_program(reply: str, entry: str | None) -> Program:
    """Raises NoProgram. `entry`: the function whose beginning stood in the prompt, where there is one."""
    blocks = list(_blocks(reply))
    if blocks:
        return _fenced(blocks)
    if not _LIKE_PYTHON.search(reply):
        raise NoProgram("no code block, and the reply itself is no program")
    if entry is None or defines(reply, entry):
        return Program(text=textwrap.dedent(reply), closed=False, form="bare")
    return _rest(reply)


def defines(program: str, entry: str) -> bool:
    return (
        re.search(rf"^(?:async[ \t]+)?(?:def[ \t]+{re.escape(entry)}\b|{re.escape(entry)}[ \t]*=)", program, re.M)
        is not None
    )


def _fenced(blocks: list[Block]) -> Program:
    python = [block for block in blocks if block.language in _PYTHON]
    usable = python or [block for block in blocks if block.language in _NO_LANGUAGE]
    if not usable:
        raise NoProgram(f'the code is in "{blocks[-1].language[:20]}", not in Python')
    found = usable[-1]
    if not found.text.strip():
        raise NoProgram("the code block is empty")
    last_is_open = not blocks[-1].closed  # what was being written when the reply was cut off might have replaced it
    return Program(text=textwrap.dedent(found.text), closed=found.closed and not last_is_open, form="fenced")


def _rest(reply: str) -> Program:
    """A function's body up to the first line that is no longer indented: models that complete text write on."""
    lines = reply.split("\n")
    for number, line in enumerate(lines):
        if number and line.strip() and line[0] not in " \t)]}":
            return Program(text="\n".join(lines[:number]), closed=True, form="rest")
    return Program(text=reply, closed=False, form="rest")


def _blocks(reply: str) -> Iterator[Block]:
    fence, language, lines = "", "", list[str]()
    for line in reply.splitlines():
        found = _FENCE.fullmatch(line)
        closes = found is not None and found[1][0] == fence[:1] and len(found[1]) >= len(fence)
        if found is None or (fence and not closes):
            lines.append(line)
            continue
        if fence:
            yield Block(language=language, text="\n".join(lines), closed=not found[2])
        # a fence that names a language begins a block, also where the one before was never closed
        opens = not fence or bool(found[2])
        fence, language, lines = (found[1], found[2].lower(), []) if opens else ("", "", [])
    if fence:
        yield Block(language=language, text="\n".join(lines), closed=False)
