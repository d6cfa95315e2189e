"""A few invented rows of each benchmark, in the schemas of its public copies."""

import base64
import json
import pickle
import zlib
from typing import Any

MATH: list[dict[str, Any]] = [
    {
        "problem": r"Evaluate $\frac{1}{2} + \frac{1}{4}$ for ${x}$, worth \$5.",
        "solution": r"It is $\boxed{\frac{3}{4}}$.",
        "answer": r"\frac{3}{4}",
        "subject": "Algebra",
        "level": 2,
        "unique_id": "test/algebra/9001.json",
    },
    {
        "problem": "Where is $(3, -1)$ moved by two to the left?",
        "solution": r"To $\boxed{(1, -1)}$.",
        "answer": "(1, -1)",
        "subject": "Precalculus",
        "level": 5,
        "unique_id": "test/precalculus/9002.json",
    },
]
AIME: list[dict[str, Any]] = [
    {
        "id": 60,
        "problem": "Find the smallest whole number above $72$.",
        "solution": r"$\boxed{073}$",
        "answer": "073",
        "url": "https://example.org/wiki/index.php/2024_AIME_I_Problems/Problem_1",
        "year": "2024",
    },
    {
        "id": 75,
        "problem": "Find $25 \\cdot 8$.",
        "solution": "200",
        "answer": "200",
        "url": "https://example.org/wiki/index.php/2024_AIME_II_Problems/Problem_12",
        "year": "2024",
    },
]
AIME_OTHERWISE: list[dict[str, Any]] = [
    {"ID": "2024-I-1", "Problem": "Find the smallest whole number above $72$.", "Solution": "", "Answer": 73},
    {"ID": "2024-II-12", "Problem": "Find $25 \\cdot 8$.", "Solution": "", "Answer": 200},
]
GPQA: list[dict[str, Any]] = [
    {
        "Record ID": f"rec{n:03}",
        "Question": f"Which of these is the invented particle number {n}?\n",
        "Correct Answer": f"the right one, $q_{n}$\n",
        "Incorrect Answer 1": f"the first wrong one of {n}",
        "Incorrect Answer 2": f"the second wrong one of {n}",
        "Incorrect Answer 3": f"the third wrong one of {n}",
        "High-level domain": ("Physics", "Chemistry", "Biology")[n % 3],
        "Subdomain": "Invented Physics" if n % 3 == 0 else "",
        "Explanation": "None, it is invented.",
    }
    for n in range(40)
]


def packed(tests: object) -> str:
    """Tests as LiveCodeBench hides them."""
    return base64.b64encode(zlib.compress(pickle.dumps(json.dumps(tests)))).decode()


def case(given: str, wanted: str, kind: str = "stdin") -> dict[str, str]:
    return {"input": given, "output": wanted, "testtype": kind}


def problem(**changes: object) -> dict[str, Any]:
    return {
        "question_title": "Add",
        "question_content": "Print the sum of the two numbers of ${one} line.",
        "platform": "atcoder",
        "question_id": "inv001_a",
        "contest_id": "inv001",
        "contest_date": "2024-03-02T00:00:00",
        "starter_code": "",
        "difficulty": "easy",
        "public_test_cases": json.dumps([case("1 2\n", "3\n")]),
        "private_test_cases": packed([case("10 -4\n", "6\n"), case("\u00e9\n", "\U0001f600\n")]),
        "metadata": "{}",
        **changes,
    }


CODE = [
    problem(),
    problem(
        question_id="9001",
        platform="leetcode",
        difficulty="hard",
        contest_date="2024-08-31T14:30:00",
        starter_code="class Solution:\n    def addUp(self, a: int, b: int) -> int:\n        ",
        public_test_cases=json.dumps([case("1\n2", "3", "functional")]),
        private_test_cases=packed([case("4\n5", "9", "functional")]),
        metadata=json.dumps({"func_name": "addUp"}),
    ),
    problem(question_id="inv002_b", public_test_cases="[]", private_test_cases="", contest_date="2024-09-01T00:00:00"),
    problem(question_id="inv003_c", contest_date="2025-01-05", difficulty="medium", private_test_cases="[]"),
]
