"""Equations of worked solutions: what is read, what is refused, and that long and hostile ones end soon."""

import time
from fractions import Fraction

import pytest

from suites.stress.equations import Unreadable, read_equations
from tests.suites.stress.independent import value

READ = [
    ("<<48/2=24>>24", ["24"]),
    ("so <<16-3-4=9>>9 and <<9*2=18>>18", ["9", "18"]),
    ("<<(2+3)*4=20>>", ["20"]),
    ("<<2+3*4=14>>", ["14"]),
    ("<<20-8-5=7>>", ["7"]),
    ("<<80000*1.5=120,000>>", ["120000"]),
    ("<<400*25%=100>>", ["100"]),
    ("<<.5*8=4.0>>", ["4"]),
    ("<<-3+5=2>>", ["2"]),
    ("<<60/2/3=10>> and 5 = 6, which is prose", ["10"]),
    ("3 x 6 = 18", ["18"]),
    ("$80,000 + $50,000 = $130,000 in all", ["130000"]),
    ("18 + 20 = 38, 38 + 5 = 43\nTotal: $43", ["38", "43"]),
    ("10*1.2 = 2*6 = 12", ["12", "12"]),
    ("8 ÷ 2 = 4 and 3 × 5 = 15", ["4", "15"]),
]


@pytest.mark.parametrize(("text", "results"), READ)
def test_equations_are_read_with_their_results(text: str, results: list[str]) -> None:
    found = read_equations(text)
    assert [e.result for e in found] == [Fraction(r) for r in results]
    for equation in found:
        literals = equation.expression.literals
        shown = equation.expression.text([str(literal) for literal in literals])
        assert value(shown) == equation.expression.value(literals) == equation.result


REFUSED = [
    ("no equation at all, but 18", "no equation"),
    ("<<48/2=25>>25", "does not hold"),
    ("<<10/3=3.33>>", "does not hold"),
    ("<<5/0=0>>", "does not hold"),
    ("<<x=5>>", "cannot be read"),
    ("<<3+=3>>", "cannot be read"),
    ("<<(3+2=5>>", "cannot be read"),
    ("<<3 2=5>>", "cannot be read"),
    ("<<2(3)=6>>", "cannot be read"),
    ("<<6=6", "cannot be read"),
    ("<<__import__('os')=1>>", "cannot be read"),
    ("3 eggs * 2 = 6", "cannot be read"),
    ("total = 5 + 3", "cannot be read"),
    ("5 + 3 = eight", "cannot be read"),
    ("1" * 30_000, "too long"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_cannot_be_relied_on_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_equations(text)


@pytest.mark.parametrize(
    "text", ["(" * 19_000, "1," * 9_000 + "=", "1+" * 9_000 + "1=2", "<<" * 9_000, "= " * 9_000, "x" * 19_000 + "=1"]
)
def test_hostile_solutions_end_soon(text: str) -> None:
    began = time.perf_counter()
    with pytest.raises(Unreadable):
        read_equations(text)
    assert time.perf_counter() - began < 20
