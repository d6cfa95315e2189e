"""Which equations hold: arithmetic in many notations, and what must not be judged at all."""

import time

import pytest

from graders.mimicry.equations import READ, equations

HOLDS = [
    "6 x 11 = 66",
    "6x11=66",
    "6 X 11 = 66",
    "6 × 11 = 66",
    "6*11 = 66",
    "6·11 = 66",
    "6 times 11 equals 66",
    "12 plus 5 equals 17",
    "12 minus 5 = 7",
    "12 divided by 4 = 3",
    "12 multiplied by 4 = 48",
    "12 ÷ 4 = 3",
    "12/4=3",
    "17 − 5 = 12",
    "17 – 5 = 12",
    "So she pays 3 * $4 = $12 a day.",
    "$5 + $3 = $8",
    "5€ + 3€ = 8€",
    "Rs 50 + Rs 30 = Rs 80",
    "5 apples + 3 apples = 8 apples",
    "4 red pens + 2 blue pens = 6 pens in all",
    "(3 boys + 4 girls) * 2 = 14 children",
    "$3/pound * 4 pounds = $12",
    "7 days/week * 3 weeks = 21 days",
    "1,200 + 300 = 1,500",
    "1,200 * 2 = 2400",
    "1{,}200 + 300 = 1{,}500",
    "1\u202f200 * 2 = 2\u202f400",
    "2 million + 3 million = 5 million",
    "20% of 50 = 10",
    "20 percent of 50 = 10",
    "50 * 20% = 10",
    "50 + 20% = 60",
    "5/20 = 25%",
    "5 / 20 * 100 = 25%",
    "100% - 20% = 80%",
    "1/2 of 10 = 5",
    "12 / 7 = 1.71",
    "12 / 7 = 1.714",
    "2 / 3 = 0.66",
    "2/3 = 66.67%",
    "12 / 7 ≈ 1.7",
    "100 / 3 ≈ 33",
    "1234 * 5 ≈ 6000",
    "0.1 + 0.2 = 0.30000000000000004",
    "2000 / 75 = 26.666666666666668",
    "1/2 + 1/3 = 5/6",
    "22/7 = 3.14",
    "2^10 = 1024",
    "2**3 = 8",
    "2 ** 3 = 8",
    "2^{10} = 1024",
    "2^-2 = 0.25",
    "2^3^2 = 512",
    "(-2)^2 = 4",
    "(2 + 3)(4 - 1) = 15",
    "2(3 + 4) = 14",
    "[2 + 3] * 4 = 20",
    "5 - -3 = 8",
    "-5 + 3 = -2",
    "10 - 3 - 4 = 3",
    "100 / 10 / 5 = 2",
    "2 + 3 * 4 = 14",
    r"3 \times 4 = 12",
    r"$3 \cdot 4 = 12$",
    r"\(3 + 4 = 7\)",
    r"\[ 12 \div 4 = 3 \]",
    r"\frac{3}{4} + \frac{1}{4} = 1",
    r"\dfrac12 + \frac12 = 1",
    r"12 \div \frac{1}{2} = 24",
    r"\left( 3 + 4 \right) \times 2 = 14",
    r"10 \times 5 = \boxed{50}",
    r"5 \text{ km} + 3 \text{ km} = 8 \text{ km}",
    r"\$5 + \$3 = \$8",
    r"20\% \times 50 = 10",
    r"30^\circ + 60^\circ = 90^\circ",
    "**3 + 4 = 7**",
    "3 + 4 = **7**",
    "**12** + 5 = 17",
    "He says 8, but 3 + 4 = *7* apples",
    "1. 3 + 4 = 7",
    "2) 5 * 2 = 10",
    "- 5 + 3 = 8",
    "* 3 + 4 = 7",
    "> 3 + 4 = 7",
    "Step 1: 3 + 4 = 7",
    "(so 3 + 4 = 7)",
    "3 + 4 = 7 (not 8)",
    "3 + 4\n= 7",
    "3 + 4 =\n7",
    r"3 + 4 &= 7 \\",
    "The total cost is 3 + 4 = 7.",
    "3 + 4 = 7, which is odd",
    "3 * 4 = <<3*4=12>>12",
    "10*1.2 = 10*1.2 = 12",
    "3+4=7+2=9",
    "5 * 4 = 20 + 3 = 23",
    "3.33 * 3 = 9.99",
    "10 - 6 = 2 + 2",
    "5kg + 3kg = 8kg",
    "6 * (12 in)^2 = 864 in^2",
]
FALSE = [
    ("6 x 11 = 77", "6 x 11 is 66, not 77"),
    ("6x11=67", "6x11 is 66, not 67"),
    ("7 times 8 equals 54", "7 times 8 is 56, not 54"),
    ("$5 + $3 = $9", "5 + $3 is 8, not 9"),
    ("5 apples + 3 apples = 9 apples", "5 apples + 3 is 8, not 9"),
    ("1,200 + 300 = 1,600", "1,200 + 300 is 1500, not 1600"),
    ("20% of 50 = 15", "20% of 50 is 10, not 15"),
    ("12 / 7 = 1.91", "12 / 7 is 1.71429, not 1.91"),
    ("12 / 7 ≈ 2.5", "12 / 7 is 1.71429, not 2.5"),
    ("1/2 + 1/3 = 2/5", "1/2 + 1/3 is 0.833333, not 0.4"),
    ("2^10 = 1000", "2^10 is 1024, not 1000"),
    ("2 + 3 * 4 = 20", "2 + 3 * 4 is 14, not 20"),
    ("10 - 3 - 4 = 11", "10 - 3 - 4 is 3, not 11"),
    ("2 - (3 - 4) = 1", "2 - (3 - 4) is 3, not 1"),
    (r"3 \times 4 = 13", r"3 \times 4 is 12, not 13"),
    (r"\frac{3}{4} + \frac{1}{4} = 2", r"\frac{3}{4} + \frac{1}{4} is 1, not 2"),
    (r"10 \times 5 = \boxed{55}", r"10 \times 5 is 50, not 55"),
    ("**3 + 4 = 8**", "3 + 4 is 7, not 8"),
    ("1. 3 + 4 = 8", "3 + 4 is 7, not 8"),
    ("(2 + 3)(4 - 1) = 14", "(2 + 3)(4 - 1) is 15, not 14"),
    ("100 - 58 = 52", "100 - 58 is 42, not 52"),
    ("3 + 4 = 2 + 6", "3 + 4 is 7, not 8"),
    ("5 - 8 = 3", "5 - 8 is -3, not 3"),
    ("3 + 4\n= 8", "3 + 4 is 7, not 8"),
]
UNCHECKED = [
    "x = 5",
    "2x + 3 = 7",
    "2x + 3x = 10",
    "n + 5 = 12",
    "5 + n = 12",
    "total - 5 = 10",
    "total - 5 + 3 = 18",
    "5 + tax = 9",
    "12 * rate = 60",
    "f(3) = 7",
    "f(2) + 3 = 11",
    "a_1 + 2 = 9",
    "3v_1 + 3 = 2",
    "(1 + 2i)(1 - 2i) = 5",
    "sqrt(16) + 1 = 5",
    r"\sqrt{16} + 1 = 5",
    r"2\pi + 1 = 9",
    "4πr + 1 = 9",
    "log 2 + 3 = 9",
    "10 mod 3 = 1",
    r"17 \times 19 = 1 \pmod{23}",
    "8^3 = 72 ≡ 6 mod 11",
    "5! = 120",
    "5! + 1 = 121",
    "1 + 2 + ... + 10 = 55",
    r"1 + 2 + \cdots + 10 = 55",
    "|-5| + 3 = 8",
    "3:4 = 6:8",
    "10:30 + 2 = 12:30",
    "1.2.3 + 1 = 4",
    "#1 + 4 = 7",
    "2 1/2 + 1 = 3 1/2",
    r"2\frac{1}{2} + 1 = 3.5",
    "1 234 * 2 = 2 468",
    "12 / 5 = 2,4",
    "007 + 1 = 9",
    "(2, 3) + (1, 1) = (3, 4)",
    "(1 - 3, 4 + 1) = (-2, 5)",
    "58_9 + 1 = 60_9",
    "2 hours + 30 minutes = 150 minutes",
    "25 cents + $1 = $1.25",
    "2/5 = 12.8 hectares",
    "1 hour = 60 minutes",
    "3 = 3",
    "7 / 2 = 3",
    "3.33 * 3 = 10",
    "6/2(1+2) = 9",
    "half of 3 + 4 = 5",
    "Day 1 - 3 + 4 = 7",
    "3 + 4 ≠ 8",
    "3 + 4 < 8",
    "3 + 4 => 8",
    "3 + 4 == > 8",
    "1 / 0 = 3",
    "9^9^9^9 = 1",
    "10 divided by 2/3 = 15",
    "5 + = 7",
    "3 + 4 = seven",
    "aged 5 - 3 to 4 people = 9",
    "10 equals 3 + 5 + 4",
    "version 2 = version 3",
]


def judged(text: str) -> list[bool]:
    return [equation.holds for equation in equations(text) if equation.holds is not None]


@pytest.mark.parametrize("text", HOLDS)
def test_true_equations(text: str) -> None:
    assert judged(text)
    assert all(judged(text))


@pytest.mark.parametrize(("text", "note"), FALSE)
def test_false_equations_are_told_with_the_right_result(text: str, note: str) -> None:
    assert [e.note for e in equations(text) if e.holds is False] == [note]


@pytest.mark.parametrize("text", UNCHECKED)
def test_what_cannot_be_told_is_not_judged(text: str) -> None:
    assert judged(text) == []


def test_every_link_of_a_chain_and_of_a_line_is_judged() -> None:
    assert judged("12 + 50 = 62, 62 + 4 = 67; 67 + 3 = 70") == [True, False, True]
    assert judged("2 * 3 * 4 = 6 * 4 = 25") == [True, False]
    assert judged("3 + 4 = 8 + 2 = 10") == [False, True]


def test_numbers_of_one_line_are_not_the_left_side_of_the_next() -> None:
    assert judged("R = 14\nSo L = 14/2 = 7\nRug = 3 feet\nCouch = 3 + 5 = 8") == [True, True]


def test_the_place_of_an_equation_is_that_in_the_text() -> None:
    text = "First, 6 x 11 = 77 kettles."
    equation = next(equations(text))
    assert text[equation.start : equation.end] == "6 x 11 = 77"
    assert [text[start:end] for _, start, end in equation.operands] == ["6", "11"]
    assert equation.result == 77


HOSTILE = [
    "9" * 1_000_000 + " + 1 = 2",
    "=" * 1_000_000,
    "(" * 500_000 + "1" + ")" * 500_000 + " + 1 = 2",
    "((((" * 10 + "1 + 1" + "))))" * 10 + " = 3",
    "1 + " * 250_000 + "1 = 7",
    "1 - (" * 200_000,
    "9^9^9^9 = 1 " * 20_000,
    "2^" * 300_000 + "2 = 4",
    "(10^200)^200 = 1 " * 10_000,
    "1/" * 300_000 + "0 = 4",
    "1e999 * 1e999 = 1e999 " * 10_000,
    r"\frac{" * 100_000,
    r"\text{" * 100_000,
    "<<" * 300_000,
    "1" + ",000" * 200_000 + " + 1 = 2",
    "1." * 400_000 + " = 2",
    "a" * 1_000_000 + " = 2",
    "a-" * 400_000 + " = 2",
    "1 a " * 200_000 + "= 1",
    "\n" * 1_000_000,
    "1 =\n" * 200_000,
    "- 1. " * 200_000 + "1 + 1 = 3",
    "$" * 1_000_000,
    "5%" * 300_000 + " = 2",
    "\ud800\x00 3 + 4 = 8",
    "**" * 400_000,
    "x " * 400_000 + "= 1",
    "٣ + ٤ = ٨",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_take_bounded_time(text: str) -> None:
    start = time.monotonic()
    for equation in equations(text):
        assert 0 <= equation.start <= equation.end <= READ
    assert time.monotonic() - start < 20


def test_deep_and_huge_expressions_are_given_up() -> None:
    assert judged("(" * 30 + "1 + 1" + ")" * 30 + " = 3") == []
    assert judged("1 + " * 200 + "1 = 7") == []
    assert judged("9" * 50 + " + 1 = 2") == []
    assert judged("2^300 + 1 = 7") == []
