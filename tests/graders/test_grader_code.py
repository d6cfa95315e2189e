import contextlib
import json
import os
import shutil
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders import code
from graders.code_program import read_program
from graders.sandbox import pool
from graders.sandbox.inside import values
from graders.sandbox.worker import Job, Limits
from harness.records import Finish, Json, Judgement, Message, Response, Sample

ASKED = (Message(role="user", content="Write a program."),)
SUM: Json = {"kind": "stdin", "tests": [{"input": "2 3\n", "output": "5\n"}, {"input": "10 -4\n", "output": "6\n"}]}
PAIR: Json = {
    "kind": "functional",
    "entry": "pair",
    "starter_code": "class Solution:\n    def pair(self, a: int, b: List[int]) -> List[int]:\n        ",
    "tests": [{"input": "1\n[2, 3]", "output": "[1, 5]"}, {"input": "4\n[]\n", "output": "[4, 0]"}],
}
TWICE: Json = {
    "kind": "humaneval",
    "entry": "twice",
    "prompt": "from typing import List\n\nUNIT = 2\n\n\n"
    'def twice(items: List[int]) -> List[int]:\n    """Double each."""\n',
    "solution": "    return [UNIT * item for item in items]\n",
    "test": "def check(candidate):\n    assert candidate([1, 2]) == [2, 4]\n    assert candidate([]) == []\n"
    "    assert UNIT == 2\n",
}
ADD = "a, b = map(int, input().split())\nprint(a + b)"
MAIN = "def main():\n    a, b = map(int, input().split())\n    print(a + b)\n"
BARE = "import os\nnumbers = os.read(0, 99).split()\nos.write(1, str(sum(map(int, numbers))).encode())\nos._exit(0)"

needs_bwrap = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


def grade(target: Json, text: str, finish: Finish = "stop", **options: Json) -> Judgement:
    sample = Sample(id="1", messages=ASKED, target=target)
    return code.make(options)(sample, Response(key="k", model="m", text=text, finish=finish))


def fenced(program: str, language: str = "python") -> str:
    return f"Here it is:\n\n```{language}\n{program}\n```\nIt reads two numbers."


def printing(output: str) -> Json:
    return {"kind": "stdin", "tests": [{"input": "", "output": output}]}


@needs_bwrap
@pytest.mark.parametrize(
    ("target", "text", "outcome"),
    [
        (SUM, fenced(ADD), "correct"),
        (SUM, fenced(ADD, "Python3"), "correct"),
        (SUM, fenced(ADD, ""), "correct"),
        (SUM, f"~~~py\n{ADD}\n~~~", "correct"),
        (SUM, ADD, "correct"),  # bare code
        (SUM, f"1. So:\n   ```python\n   {ADD.replace(chr(10), chr(10) + '   ')}\n   ```", "correct"),
        (SUM, f"```python\n{ADD}", "correct"),  # a fence that was never closed, in a reply that has ended
        (SUM, fenced("print(1)") + "\nNo, rather:\n" + fenced(ADD), "correct"),
        (SUM, fenced(ADD) + "\nIt prints:\n```\n5\n```", "correct"),  # what is not said to be Python comes second
        (SUM, fenced(ADD + "\nexit()"), "correct"),
        (SUM, fenced(ADD + "\nsys.exit(1)"), "correct"),  # the preamble imports sys; the status does not count
        (SUM, fenced(MAIN + "if __name__ == '__main__': main()"), "correct"),
        (SUM, fenced(MAIN + "import threading\nthreading.Thread(target=main).start()"), "correct"),
        (SUM, fenced(BARE), "correct"),
        # wrong, though it looks right
        (SUM, fenced("print(5)"), "incorrect"),  # the first test only
        (SUM, fenced(ADD.replace("+", "-")), "incorrect"),
        (SUM, fenced(ADD) + fenced("print('done')"), "incorrect"),  # the last block is the answer
        (SUM, fenced(ADD + "\nraise ValueError"), "incorrect"),
        (SUM, fenced(ADD + "\nprint('done')"), "incorrect"),
        (SUM, fenced("def f(:\n  pass"), "incorrect"),  # a program, if none that runs
        (SUM, fenced("a, b = input().split()\nprint(a + b)"), "incorrect"),
        (PAIR, fenced("class Solution:\n    def pair(self, a, b: List[int]):\n        return [a, sum(b)]"), "correct"),
        (PAIR, fenced("def pair(a, b):\n    print('seen')\n    return a, sum(b)"), "correct"),  # tuple
        (PAIR, fenced("def pair(a, b):\n    return [a, float(sum(b))]"), "correct"),  # 5.0 == 5
        (PAIR, fenced("def pair(a, b):\n    return [a, str(sum(b))]"), "incorrect"),
        (PAIR, fenced("def pair(a, b):\n    return [[a, sum(b)]]"), "incorrect"),
        (PAIR, fenced("def pair(a, b):\n    return None"), "incorrect"),
        (PAIR, fenced("def pair(a):\n    return [a, 0]"), "incorrect"),
        (PAIR, fenced("def other(a, b):\n    return [a, sum(b)]"), "incorrect"),
        (PAIR, fenced("class Solution:\n    pass"), "incorrect"),
        (TWICE, fenced("def twice(items):\n    return [2 * item for item in items]"), "correct"),
        (TWICE, fenced("def twice(items: List[int]):\n    return [UNIT * i for i in items]"), "correct"),
        (TWICE, fenced("    return [2 * item for item in items]"), "correct"),
        (TWICE, fenced("return [2 * item for item in items]"), "correct"),
        (TWICE, "    return [2 * item for item in items]\n", "correct"),  # the rest of the function
        (TWICE, "    return [2 * item for item in items]\n\nprint(twice([1]))\nand so on", "correct"),
        (TWICE, "    return [item + 2 for item in items]\n", "incorrect"),
        (TWICE, fenced("def twice(items):\n    pass"), "incorrect"),
        (TWICE, fenced("def twice(items):\n    return tuple(2 * item for item in items)"), "incorrect"),
        (TWICE, fenced("def twice(items):\n    return [2 * items[0], 4]"), "incorrect"),
        (TWICE, fenced("def doubled(items):\n    return [2 * item for item in items]"), "incorrect"),
        # no program at all
        (SUM, "The sum of both numbers.", "unparsed"),
        (SUM, "Read both numbers (a and b), then print a + b.", "unparsed"),
        (SUM, "```cpp\nint main() { return 0; }\n```", "unparsed"),
        (SUM, "```python\n\n```", "unparsed"),
        (SUM, " \n", "unparsed"),
        (TWICE, "It doubles each item (of the list).", "unparsed"),
        (SUM, "I'm sorry, but I can't help with that.", "refused"),
    ],
)  # fmt: skip
def test_truth_table(target: Json, text: str, outcome: str) -> None:
    found = grade(target, text)
    assert found.outcome == outcome, found.reason


@needs_bwrap
@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (f"```python\n{ADD}", "truncated"),  # even if it happens to run
        (ADD, "truncated"),
        ("First I read the numbers, then", "truncated"),
        (f"```python\n{ADD}\n```\nThis reads", "correct"),
        (f"```python\n{ADD}\n```\nOr, shorter:\n```python\nprint(", "truncated"),
    ],
)
def test_cut_off(text: str, outcome: str) -> None:
    assert grade(SUM, text, finish="length").outcome == outcome


@needs_bwrap
def test_a_rest_that_ended_counts_though_the_reply_was_cut_off() -> None:
    assert grade(TWICE, "    return [2 * i for i in items]\n\ndef more(", finish="length").outcome == "correct"
    assert grade(TWICE, "    return [2 * i for i in items]", finish="length").outcome == "truncated"


@needs_bwrap
@pytest.mark.parametrize(
    ("wanted", "printed", "outcome"),
    [
        ("1 2\n3\n", "1 2\n3", "correct"),
        ("1 2\n3", "\n 1 2  \n3 \n\n", "correct"),
        ("1.50", "1.5", "correct"),
        ("1 2", "1   2.0", "correct"),
        ("Yes", "yes", "incorrect"),
        ("1 2", "1\n2", "incorrect"),
        ("0.6666666666666667", "0.6666666666666666", "incorrect"),  # no tolerance, as in LiveCodeBench
        ("50000000000000000", "50000000000000001", "incorrect"),
        ("a  b", "a b", "incorrect"),  # white space within a line counts, unless it parts numbers
        ("1", "1 1", "incorrect"),
        ("nan", "NaN", "incorrect"),
        ("1", "sNaN", "incorrect"),
        ("1e5", "100000", "correct"),
        ("1", "1e999999999", "incorrect"),
        ("x", "", "incorrect"),
        ("\n", "", "correct"),
    ],
)
def test_outputs_are_compared_as_livecodebench_does(wanted: str, printed: str, outcome: str) -> None:
    assert grade(printing(wanted), fenced(f"print({printed!r})")).outcome == outcome


@needs_bwrap
@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("print(2)", "test 1 of 1: wrong answer (line 1: '2', expected '1')"),
        ("print(1, end='\\n\\n0')", "test 1 of 1: wrong answer (3 lines, expected 1)"),
        ("x = 1\nprint(1 // 0)", "test 1 of 1: runtime error (ZeroDivisionError, line 2)"),
        ("def f(:", "test 1 of 1: runtime error (SyntaxError, line 1)"),
        ("import numpyy", "test 1 of 1: runtime error (ModuleNotFoundError, line 1)"),
        ("x = [0] * 10**10", "test 1 of 1: memory limit"),
        ("while True: pass", "test 1 of 1: time limit"),
        ("import time; time.sleep(99)", "test 1 of 1: time limit (it waits)"),
        ("import os; os.abort()", "test 1 of 1: runtime error (ended by SIGABRT)"),
        ("import os; os._exit(3)", "test 1 of 1: runtime error (it ended with status 3)"),
    ],
)
def test_what_became_of_a_test_is_told(program: str, reason: str) -> None:
    assert grade(printing("1"), fenced(program), time_limit_s=0.5).reason == reason


@needs_bwrap
def test_a_hidden_test_is_not_shown_at_length() -> None:
    found = grade(printing("1234567 " * 1000), fenced("print(0)"))
    assert len(found.reason) < 150


@needs_bwrap
def test_partial_runs_on_and_scores_the_share() -> None:
    program = fenced("a, b = map(int, input().split())\nprint(6 if a > 3 else 0)")
    assert grade(SUM, program).score == 0
    found = grade(SUM, program, partial=True)
    assert (found.outcome, found.score) == ("incorrect", 0.5)
    assert found.reason.startswith("test 1 of 2: wrong answer")


@needs_bwrap
def test_each_test_has_a_process_of_its_own() -> None:
    target: Json = {"kind": "stdin", "tests": [{"input": "", "output": "0"}] * 3}
    program = "import os, builtins\nprint(len(os.listdir('/tmp')) + hasattr(builtins, 'seen'))\n"
    program += "builtins.seen = 1\nopen('/tmp/x', 'w')"
    assert grade(target, fenced(program)).outcome == "correct"


@needs_bwrap
def test_time_limit_of_the_target_comes_first() -> None:
    slow = fenced("import time\nwhile time.process_time() < 0.4: pass\nprint(1)")
    target = {"kind": "stdin", "tests": [{"input": "", "output": "1"}]}
    assert grade(target, slow, time_limit_s=0.2).reason == "test 1 of 1: time limit"
    assert grade({**target, "time_limit_s": 5}, slow, time_limit_s=0.2).outcome == "correct"


@needs_bwrap
def test_large_input_and_output() -> None:
    numbers = " ".join(map(str, range(300_000)))
    target: Json = {"kind": "stdin", "tests": [{"input": numbers, "output": numbers}]}
    assert grade(target, fenced("print(*input().split())")).outcome == "correct"
    assert grade(target, fenced("print(input()[:10])")).outcome == "incorrect"  # never reads the rest


@needs_bwrap
def test_what_no_text_file_could_hold() -> None:
    assert grade(printing("1"), fenced("print(1)\0")).outcome == "incorrect"
    assert grade(printing("1"), fenced("print('\ud800')")).outcome == "incorrect"
    assert grade(printing("é☃"), fenced("print('é☃')")).outcome == "correct"


@needs_bwrap
def test_many_grades_in_order() -> None:
    replies = [fenced(f"print({number})") for number in range(12)]
    items = [
        (Sample(id=str(n), messages=ASKED, target=printing(str(n - n % 2))), Response(key="k", model="m", text=text))
        for n, text in enumerate(replies)
    ]
    grader = code.make({})
    assert isinstance(grader, code.Code)
    assert [found.outcome for found in grader.many(items)] == ["correct", "incorrect"] * 6


@needs_bwrap
def test_gold_is_the_canonical_solution() -> None:
    sample = Sample(id="1", messages=ASKED, target=TWICE)
    gold = code.gold(sample)
    assert gold is not None and grade(TWICE, gold).outcome == "correct"
    assert code.gold(Sample(id="1", messages=ASKED, target=SUM)) is None


def test_without_a_sandbox_only_where_the_plan_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pool.close()
    monkeypatch.setattr("graders.sandbox.jail.shutil.which", lambda name: None)
    assert grade(SUM, fenced(ADD)).outcome == "failed"
    assert grade(SUM, fenced(ADD), sandbox="none").outcome == "correct"
    assert grade(SUM, fenced("print(1)"), sandbox="none").outcome == "incorrect"
    # it stops what it started, and only that
    endless = fenced("import os\nos.fork()\nwhile True: pass")
    assert grade(SUM, endless, sandbox="none", time_limit_s=0.3).reason == "test 1 of 2: time limit"
    monkeypatch.setenv("VIVA_KEY", "secret")
    run = pool.run(Job(op="stdin", code="import os; print(os.environ)", limits=Limits()), "none")
    assert b"PATH" in run.output and b"VIVA_KEY" not in run.output
    pool.close()


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        ("print(1)", "names no kind of test"),
        ({"kind": "pytest"}, "names no kind of test"),
        ({"kind": "stdin", "tests": []}, 'no "tests"'),
        ({"kind": "stdin", "tests": [{"input": "1"}]}, "test 1 of the target lacks"),
        ({"kind": "stdin", "tests": [{"input": "", "output": ""}], "timeout": 3}, 'unknown key "timeout"'),
        ({"kind": "stdin", "tests": [{"input": "", "output": ""}], "time_limit_s": 0}, "time_limit_s"),
        ({"kind": "stdin", "tests": [{"input": "", "output": ""}], "time_limit_s": "6"}, "time_limit_s"),
        ({"kind": "functional", "tests": [{"input": "1", "output": "1"}]}, '"entry" is None'),
        ({"kind": "functional", "entry": "f", "tests": [{"input": "a", "output": "1"}]}, "not made of JSON values"),
        ({"kind": "humaneval", "entry": "f", "prompt": "def f():\n"}, '"test" is None'),
    ],
)
def test_targets_that_cannot_be_read(target: Json, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        grade(target, fenced("print(1)"))


@pytest.mark.parametrize(
    "options",
    [
        {"sandbox": "docker"},
        {"sandbox": False},
        {"partial": 1},
        {"time_limit_s": -1},
        {"memory_mb": "1G"},
        {"strict": True},
    ],
)
def test_options_are_checked(options: dict[str, Json]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        code.make(options)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner)
    | st.tuples(inner, inner)
    | st.dictionaries(st.integers() | st.text() | st.tuples(st.text()), inner)
    | st.sets(st.integers() | st.text())
    | st.frozensets(st.integers()),
    max_leaves=20,
)  # fmt: skip


@given(PLAIN)
def test_values_travel_whole(value: object) -> None:
    back = values.load(values.dump(value))
    assert back == value and type(back) is type(value)


@given(PLAIN)
def test_comparing_with_json_needs_no_sets(value: object) -> None:
    """What can equal a JSON value is the same by either reading; all else equals none."""
    back = values.load_to_compare(values.dump(value))
    as_json = json.loads(json.dumps(value, default=repr)) if not _has_other_keys(value) else None
    assert (back == as_json) == (value == as_json)


def _has_other_keys(value: object) -> bool:
    if isinstance(value, dict):
        return any(not isinstance(key, str) for key in value) or any(map(_has_other_keys, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_other_keys, value))


@pytest.mark.parametrize(
    "text",
    [
        '{"set": [%s]}',
        '{"frozenset": [%s]}',
        '{"dict": [[{"tuple": [{"set": [%s]}]}, 1]]}',
        '[{"tuple": [{"opaque": {"set": [%s]}}]}]',
        '{"dict": [["a", 1], [{"frozenset": [%s]}, 1]]}',
        '{"set": [%s], "dict": []}',
        '{"dict": [["a", {"set": [%s]}]]}',
    ],
)
def test_numbers_with_one_hash_cost_nothing(text: str) -> None:
    alike = ", ".join(str(number * (2**61 - 1)) for number in range(30_000))
    began = time.process_time()
    with contextlib.suppress(ValueError):
        assert values.load_to_compare(text % alike) != []
    assert time.process_time() - began < 4


@given(st.recursive(st.none() | st.integers() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)))
def test_forged_values_are_refused_or_plain(forged: object) -> None:
    with contextlib.suppress(ValueError):
        values.load(json.dumps(forged))


STRANGE = (
    '{"complex": [1%s, 0]}' % ("0" * 400),
    '{"set": [[1]]}',
    '{"dict": [1]}',
    '{"complex": ["x", 2]}',
    '{"bytes": 5}',
    '{"code": 1}',
    "{}",
    "nothing",
)


@pytest.mark.parametrize("forged", STRANGE)
def test_strange_values(forged: str) -> None:
    with pytest.raises(ValueError):
        values.load(forged)


@given(st.text(alphabet="`~ \npython=x(", max_size=200))
def test_any_reply_can_be_read(reply: str) -> None:
    try:
        read_program(reply, "f")
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize("reply", ["```" * 200_000, "```python\n" * 100_000, "x = (" * 200_000, " \n" * 300_000 + "x"])
def test_monstrous_replies_are_read_in_linear_time(reply: str) -> None:
    begun = os.times().user
    with contextlib.suppress(ValueError):
        read_program(reply, "f")
    assert os.times().user - begun < 2
