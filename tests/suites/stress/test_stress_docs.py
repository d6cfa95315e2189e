"""docs/stress.md: its examples run, and it tells of every family and of no other."""

import doctest
import re
from pathlib import Path

from suites.stress.vary import FAMILIES

PAGE = Path(__file__).parents[3] / "docs" / "stress.md"


def test_the_examples_run() -> None:
    failures, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried > 10 and not failures


def test_every_family_is_documented_and_no_other() -> None:
    text = PAGE.read_text("utf-8")
    table = text.partition("## Families")[2].partition("*Prose*")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == list(FAMILIES)
    titles = " ".join(re.findall(r"^### (.+)$", text, flags=re.MULTILINE))
    assert [family for family in FAMILIES if not re.search(rf"\b{family}\b", titles)] == []
