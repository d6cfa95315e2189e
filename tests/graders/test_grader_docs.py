import doctest
import re
from pathlib import Path

import pytest

from graders import agreement, choice, code, exact, fields, judge, label, math, number, rules, support, tools

PAGE = Path(__file__).parents[2] / "docs" / "graders.md"


def test_the_examples_run():
    failures, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried > 5 and not failures


@pytest.mark.parametrize(
    "grader", [agreement, choice, code, exact, fields, judge, label, math, number, rules, support, tools]
)
def test_every_option_is_documented_and_no_other(grader):
    name = grader.__name__.partition(".")[2]
    section = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)
    (text,) = [part for part in section if part.startswith(f"{name}\n")]
    assert set(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)) == set(grader.OPTIONS)
