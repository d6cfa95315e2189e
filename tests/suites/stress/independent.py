"""Another reader of worked solutions, by Python's own parser: what the program must agree with.

By hand, over GSM8K's own file (openai/grade-school-math, `test.jsonl`):
`.venv/bin/python -m tests.suites.stress.independent test.jsonl 200`
"""

import ast
import json
import operator
import random
import re
import sys
from collections.abc import Sequence
from fractions import Fraction

from harness.plan import StressSpec, SuiteSpec
from harness.records import Message, Sample
from suites.stress.vary import vary

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def value(text: str) -> Fraction:
    """Arithmetic in exact fractions; `20%` is 20/100."""
    return _value(ast.parse(re.sub(r"%", "/100", text.replace(",", "").replace("x", "*")).strip(), mode="eval").body)


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    assert isinstance(node, ast.BinOp), ast.dump(node)
    return OPERATORS[type(node.op)](_value(node.left), _value(node.right))


def equations(solution: str) -> list[tuple[str, str]]:
    """What stands between `<<` and `>>`, or else every line with an equals sign: (left, right)."""
    found = re.findall(r"<<(.*?)=([^=]*?)>>", solution)
    return found or [tuple(line.rsplit("=", 1)) for line in solution.splitlines() if "=" in line]


def stated(solution: str) -> Fraction:
    return value(solution.rpartition("####")[2])


def faults(base: Sample, variant: Sample) -> list[str]:
    """What is wrong with a renumbered sample: equations, gold, or digits."""
    solution = variant.solution or str(variant.target)
    pairs = equations(solution)
    found = [f"{left} is not {right}" for left, right in pairs if value(left) != value(right)]
    if value(pairs[-1][0]) != stated(solution):
        found.append(f"{pairs[-1][0]} is not the stated gold {stated(solution)}")
    if stated(solution) != value(str(variant.target).rpartition("####")[2]):
        found.append(f"the target {variant.target!r} is not the solution's")
    asked, were = (re.findall(r"\d[\d,.]*", s.messages[-1].content) for s in (variant, base))
    if [len(number) for number in asked] != [len(number) for number in were]:
        found.append(f"digits: {were} became {asked}")
    return found


def check(path: str, wanted: int) -> Sequence[str]:
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    samples = [
        Sample(id=str(n), messages=(Message(role="user", content=row["question"]),), target=row["answer"])
        for n, row in enumerate(rows)
    ]
    made = vary(SuiteSpec(name="gsm8k", stress=StressSpec(families=("renumber",), variants=1)), samples)
    print(*made.notes, sep="\n")
    drawn = random.Random(0).sample(list(made.samples), min(wanted, len(made.samples)))
    print(f"{len(drawn)} variants evaluated, {sum(len(equations(str(v.target))) for v in drawn)} equations")
    by_id = {sample.id: sample for sample in samples}
    return [f"{v.id}: {fault}" for v in drawn for fault in faults(by_id[v.variant_of or ""], v)]


if __name__ == "__main__":
    wrong = check(sys.argv[1], int(sys.argv[2]))
    print(*wrong, f"{len(wrong)} faults", sep="\n")
    sys.exit(bool(wrong))
