"""Math: answers that are the same, answers that only look it, where they are found, and what must not hang a run."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from graders import math
from graders.math_reading import LONGEST
from graders.math_spelling import in_words
from graders.timed import OverspentError, TimedWorker
from harness.records import Finish, Json, Judgement, Response, Sample

ROOT = Path(__file__).parents[2]


def grade(target: Json, text: str, finish: Finish = "stop", **options: Json) -> Judgement:
    sample = Sample(id="1", messages=(), target=target)
    return math.make(options)(sample, Response(key="k", model="m", text=text, finish=finish))


SAME = [
    # written otherwise, worth the same
    ("7", r"\boxed{7}"),
    ("7", "7"),
    (7, "So it is $7$."),
    (0.5, r"\boxed{\frac{1}{2}}"),
    (r"\frac{3}{8}", r"\boxed{0.375}"),
    (r"\frac{3}{8}", r"\boxed{3/8}"),
    (r"\frac38", r"\boxed{\dfrac{6}{16}}"),
    (r"2\frac{1}{4}", r"\boxed{2.25}"),
    ("2.25", r"\boxed{2 1/4}"),
    ("-2.5", r"\boxed{-2 1/2}"),
    ("2.5", "The answer is 2½"),
    (r"\frac{1}{3}", r"\boxed{0.333333}"),
    ("12345", r"\boxed{12,345}"),
    ("12345", r"\boxed{12{,}345}"),
    ("12345", r"\boxed{12\,345}"),
    ("12345", "Answer: 12 345"),
    (r"12,\!345", r"\boxed{12345}"),
    ("6.28", "Answer: 6,28"),  # a decimal comma
    ("40", r"\boxed{40\%}"),
    (r"40\%", r"\boxed{0.4}"),
    (r"40\%", "Answer: 40 percent"),
    (r"\$18.90", r"\boxed{18.9}"),
    ("18.90", "Answer: €18.90"),
    ("15", r"\boxed{15 \text{ cm}^2}"),
    ("15", r"\boxed{15\mbox{ miles}}"),
    ("15", "**Answer:** 15 cows"),
    (r"75^\circ", r"\boxed{75}"),
    ("75", "Answer: 75°"),
    (r"2\sqrt{7}", r"\boxed{\sqrt{28}}"),
    (r"2\sqrt{7}", "Answer: 2√7"),
    (r"\frac{\sqrt{5}}{5}", r"\boxed{\frac{1}{\sqrt 5}}"),
    (r"3\pi", r"\boxed{3π}"),
    (r"3\pi", "Answer: 3pi"),
    (r"\infty", r"\boxed{∞}"),
    ("1024", r"\boxed{2^{10}}"),
    ("720", r"\boxed{6!}"),
    ("x^2+4x+4", r"\boxed{(x+2)^2}"),
    ("x^2", r"\boxed{x²}"),
    ("8", r"\boxed{x = 8}"),
    ("x=8", r"\boxed{8}"),
    ("y = 3x - 1", r"\boxed{3x - y - 1 = 0}"),
    ("2,9", r"\boxed{9, 2}"),
    ("2,9", r"\boxed{x=2 \text{ or } x=9}"),
    ("2,9", r"the roots are $\boxed{2}$ and $\boxed{9}$."),
    ("2,9", "Answer: $2$ and $9$"),
    (r"1 \pm \sqrt{3}", r"\boxed{1+\sqrt3, 1-\sqrt3}"),
    (r"\{1,4\}", r"\boxed{\left\{4, 1\right\}}"),
    (r"\left( 2, \frac{\pi}{3} \right)", r"\boxed{(2, \pi/3)}"),
    ("(3,-4)", "Then the midpoint is (3, -4)."),
    (r"(-\infty, 2]", r"\boxed{(-\infty,2]}"),
    (r"x \in [1,5]", r"\boxed{[1,5]}"),
    (r"x \ge 3", r"\boxed{[3, \infty)}"),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\boxed{\begin{bmatrix} 1 \\ 2 \end{bmatrix}}"),
    (r"\begin{pmatrix} 1 & 0 \\ 2 & 5 \end{pmatrix}", r"\begin{pmatrix}1&0\\2&5\end{pmatrix}"),
    ("3 - 4i", r"\boxed{-4i + 3}"),
    (r"\text{west}", r"\boxed{West}"),
    (r"\text{west}", "I checked 90 degrees twice. So the final answer is west."),
    (r"\text{(D)}", r"\boxed{D}"),
    ("21_7", r"\boxed{21_{7}}"),
    ("21_7", r"\boxed{21}"),
    ("11", r"\boxed{11^{\text{th}} \text{ grade}}"),
    ("3", r"\boxed{\text{three}}"),
    ("121", "Answer: one hundred and twenty-one"),
    (["1/2", "50 percent of it"], r"\boxed{\tfrac12}"),
    # found where the reply says it
    ("7", r"First \boxed{5}. No: \boxed{7}"),  # several boxes: the last counts
    ("7", r"\boxed{7}. Check: $3 + 5 = 8$ is too much."),
    ("7", "Put the answer in \\boxed{}.\n#### 7"),  # a blank box is none
    ("7", r"\boxed{\boxed{7}}"),
    ("7", r"\fbox{7}"),
    ("7", "The answer is 7. I hope this answer is helpful!"),
    ("7", "The final answer is: $7$, because $2 + 5 = 7$ and not $8$."),
    ("7", "**Answer:**\n\n\\[\nx = 7\n\\]\n"),
    ("7", "Therefore $x = 7$."),
    ("7", "It leaves 9 - 2 = 7"),
    ("7", r"so \boxed{7<|im_end|>"),
    ("7", r"\[ \text{so } 1 + 6 = 7 \] <|end_of_solution|>"),
]
OTHER = [
    # wrong, though they look right
    ("48", "Answer: 4,8"),
    ("1.5", r"\boxed{15}"),
    ("7", r"First \boxed{7}. No: \boxed{5}"),
    ("7", r"\boxed{-7}"),
    ("-7", r"\boxed{7}"),
    ("3", r"\boxed{3x + 2}"),
    ("3", "Answer: 3x + 2"),
    ("4", r"\boxed{4, \frac{7}{2}}"),  # more than asked
    ("2,9", r"\boxed{2}"),
    ("2,9", r"\boxed{2, 8}"),
    (r"\pm 6", r"\boxed{6}"),
    ("(1,2)", r"\boxed{(2,1)}"),
    ("[1,2]", r"\boxed{(1,2)}"),
    (r"\left(1, 2\right]", r"\boxed{(1,2)}"),
    (r"(2,\infty)", r"\boxed{[2,\infty)}"),
    (r"\frac{1}{3}", r"\boxed{0.33}"),
    (r"\pi", r"\boxed{3.14}"),
    (r"\pi", r"\boxed{\frac{22}{7}}"),
    (".0000431", r"\boxed{.0000432}"),  # the same to six decimals
    ("0", r"\boxed{0.001}"),
    ("21_7", r"\boxed{21_8}"),  # the library reads no base
    ("40", r"\boxed{0.04}"),
    (r"\frac{2}{3}", r"\boxed{\frac{3}{2}}"),
    (r"\sqrt{12}", r"\boxed{\sqrt{21}}"),
    ("x^2 + 1", r"\boxed{x^2 - 1}"),
    ("x=8", r"\boxed{y=8}"),
    ("f(x)", r"\boxed{f(y)}"),
    ("12:00", r"\boxed{1:00}"),
    ("2.0001", r"\boxed{2}"),
    ("0.75", r"\boxed{7.5}"),
    (r"1 - \frac{1}{\mathrm{e}}", r"\boxed{1 + \frac{1}{\mathrm{e}}}"),
    (r"\text{west}", r"\boxed{\text{east}}"),
    (r"\text{(D)}", r"\boxed{\text{(B)}}"),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\boxed{\begin{pmatrix} 2 \\ 1 \end{pmatrix}}"),
    ("3 - 4i", r"\boxed{3 + 4i}"),
    ("21", r"\boxed{\text{twenty-two}}"),
    ("5", r"\boxed{5!}"),
    ("1,22", r"\boxed{1.22}"),  # a comma in a target separates two values
    ("7", "The answer is 7.\nThe answer is 8."),
    ("7", "There are 7 of them, and 8 in all."),
]
# Rules of the published tables of equality (math-verify's, SkyThought's) that are not ours, and why not: a pair that
# tells them apart, and what we say of it. docs/graders.md counts them.
REJECTED = {
    "a formula broken over lines in dollars is not found": (
        "$8$",
        "Answer $ \n 8 \n $",
        "correct",
        "any reader finds it",
    ),
    "a formula broken over lines in brackets is not found": ("$8$", "Answer \\( \n 8 \n \\)", "correct", "so is this"),
    "a comma in a target is a decimal comma": ("4,25", "4.25", "incorrect", "it separates values"),
    "the name of a variable does not matter": ("$g(s)$", "$g(t)$", "incorrect", "variables matter"),
    "a sum equals its difference": (
        r"$2 - \frac{1}{\mathrm{e}}$",
        r"$2 + \frac{1}{\mathrm{e}}$",
        "incorrect",
        "a mistake in the table",
    ),
    "four digits are enough": ("2.7183", "2.71828", "incorrect", "they differ within six places"),
    "a ten-thousandth does not matter": ("3.0001", "3", "incorrect", "they differ within six places"),
    "a number equals its percentage": ("0.25", "25", "incorrect", "only a percent sign says so"),
}
NONE = [
    ("7", "", "unparsed"),
    ("7", " \n", "unparsed"),
    ("7", "I do not know.", "unparsed"),
    ("7", r"\boxed{?}", "unparsed"),
    ("7", r"\boxed{\frac{}{}}", "unparsed"),
    ("7", "Then \\(x = \\frac{1 + \\sqrt", "unparsed"),
    ("7", "I'm sorry, but I can't help with that. See page 7.", "refused"),
    ("7", r"I can't help with the rest, but \boxed{7}", "correct"),
]


@pytest.mark.parametrize("rule", REJECTED)
def test_rules_of_others_that_are_not_ours(rule):
    target, text, outcome, reason = REJECTED[rule]
    assert grade(target, text).outcome == outcome, reason


def test_nothing_does_not_equal_nothing():
    """The ninth of those rules: a blank target is a fault of the suite."""
    with pytest.raises(ValueError, match="neither a text nor a number"):
        grade("", "")


@pytest.mark.parametrize(("target", "text"), SAME)
def test_the_same(target, text):
    judgement = grade(target, text)
    assert (judgement.outcome, judgement.score) == ("correct", 1.0), judgement.reason


@pytest.mark.parametrize(("target", "text"), OTHER)
def test_another(target, text):
    judgement = grade(target, text)
    assert (judgement.outcome, judgement.score) == ("incorrect", 0.0), judgement.reason


@pytest.mark.parametrize(("target", "text", "outcome"), NONE)
def test_none_that_can_be_read(target, text, outcome):
    assert grade(target, text).outcome == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (r"so \boxed{42} wh", "correct"),
        (r"so \boxed{41} wh", "incorrect"),
        (r"so \boxed{42", "truncated"),
        (r"first \boxed{42}, no, wait: \boxed{4", "truncated"),
        ("Answer: 42", "truncated"),  # may have become 420
        ("Answer: $42$", "truncated"),
        ("Answer: 42\nThis is because", "correct"),
        ("Answer:\n\\[ 42 \\] becau", "correct"),
        ("so we get 42", "truncated"),
        ("therefore $42$.", "truncated"),
        ("Let me think", "truncated"),
        ("", "truncated"),
        ("I'm sorry, but I can't", "refused"),
    ],
)
def test_a_cut_off_reply_counts_only_with_a_marked_and_finished_answer(text, outcome):
    assert grade("42", text, finish="length").outcome == outcome


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"\boxed{ 3,   4 }", "3, 4"),
        ("The point is **(-1, 6)**.", "(-1, 6)"),
        ("It is 5 apples", "5"),
        (r"$\boxed{3}$, $\boxed{4}$", "3, 4"),
    ],
)
def test_the_answer_is_kept_as_it_was_written(text, answer):
    assert grade("3,4", text).answer == answer


def test_markers_are_an_option():
    assert grade("7", "Result -> 7 of 9", marker=["Result ->"]).outcome == "correct"
    assert grade(r"\text{west}", "Result -> west", marker=["Result ->"]).outcome == "correct"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"second": 1}, 'unknown option "second"; did you mean "seconds"?'),
        ({"seconds": 0}, 'option "seconds": 0 is not a whole number from 1 to 600'),
        ({"seconds": True}, 'option "seconds": True is not a whole number'),
        ({"marker": 3}, 'option "marker": 3 is not a list of texts'),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(ValueError, match="^" + words.replace("?", r"\?")):
        math.make(options)


@pytest.mark.parametrize("target", [None, "", " ", [], ["3", None], True, {"a": 1}, r"\frac{}{}", "???"])
def test_a_target_that_cannot_be_read_is_refused(target):
    with pytest.raises(ValueError, match=r"^target .* (neither a text nor a number|holds no mathematics)"):
        grade(target, r"\boxed{3}")


def test_gold_is_the_first_target_boxed():
    assert math.gold(Sample(id="1", messages=(), target=[r"\frac12", "0.5"])) == r"\boxed{\frac12}"


def test_the_version_names_the_library():
    assert math.version.startswith("2 with math-verify 0.")


@pytest.mark.parametrize(
    ("text", "number"),
    [("zero", 0), ("Forty-two", 42), ("two thousand five hundred", 2500), ("one million and one", 1_000_001)],
)
def test_numbers_in_words(text, number):
    assert in_words(text) == number


@pytest.mark.parametrize(
    "text", ["", "one twenty", "two three", "hundred", "twenty zero", "one cow", "and", "one hundred hundred"]
)
def test_words_that_are_no_number(text):
    assert in_words(text) is None


MONSTERS = {
    "a tower of powers": r"\boxed{9^{9^{9^{9}}}}",
    "powers without braces": "Answer: 9^9^9^9",
    "a factorial": r"\boxed{(10^{10})!}",
    "a factorial of a factorial": r"\boxed{100!!!!}",
    "a binomial": r"\boxed{\binom{10^9}{10^8}}",
    "a long sum": r"\boxed{\sum_{n=1}^{10^{12}} \frac{1}{n^3}}",
    "a large power of a sum": r"\boxed{(x+1)^{100000}}",
    "a small number": r"\boxed{10^{-999999999}}",
    "a sine of a large number": r"\boxed{\sin(10^{10^{10}})}",
    "an integral": r"\boxed{\int_0^1 \sin(x^{x^x})\sqrt{\tan(x^5)} dx}",
    "brackets": r"\boxed{" + "(" * 600 + "1" + ")" * 600 + "}",
    "roots": r"\boxed{" + r"\sqrt{" * 300 + "2" + "}" * 301,
}
HARMLESS = {
    "0/0": r"\boxed{\frac{0}{0}}",
    "0/0, typed": "Answer: 0/0",
    "nested braces": r"\boxed{" + "{" * 100_000 + "1" + "}" * 100_001,
    "open braces": r"\boxed{" + "{" * 100_000,
    "closing braces": "}" * 100_000,
    "boxes in boxes": r"\boxed{" * 100_000 + "1" + "}" * 100_000,
    "open boxes": r"\boxed{" * 100_000,
    "1 MB of LaTeX": r"$\frac{1}{2} + \sqrt{x^{2}}$ " * 40_000,
    "1 MB of LaTeX in a box": r"\boxed{" + r"\frac{1}{2} + " * 80_000 + "1}",
    "1 MB of dollars": "$" * 1_000_000,
    "1 MB of backslashes": "\\" * 1_000_000,
    "1 MB of digits": "7" * 1_000_000,
    "1 MB of markers": "answer is " * 100_000,
    "1 MB of blanks": "answer" + " " * 1_000_000 + "is",
    "1 MB of open formulas": r"\( " * 333_000,
    "accents": "a" + "\u0301" * 100_000,
    "signs of all kinds": r"\boxed{" + "".join(map(chr, range(0x2000, 0x2C00))) + "}",
    "lone surrogates": "\\boxed{\ud800}",
    "null": "\\boxed{\0}",
    "code": r"\boxed{__import__('os').system('touch /tmp/pwned')}",
    "code among words": "Answer: 1 +\n__import__('os')._exit(7)",
    "a line for the worker": '\\boxed{1}\n{"golds": ["1"], "texts": ["1"]}\n',
}


@pytest.mark.parametrize("name", MONSTERS)
def test_monsters_are_ended(name):
    """The limit is 1 s of processor time; the clock of a busy machine is given ten times as much."""
    begin = time.monotonic()
    judgement = grade("1", MONSTERS[name], seconds=1)
    assert judgement.outcome in ("unparsed", "incorrect")
    assert time.monotonic() - begin < 120
    assert grade("2", r"\boxed{\frac{4}{2}}", seconds=1).outcome == "correct"


@pytest.mark.parametrize("name", HARMLESS)
def test_what_looks_like_a_monster_is_read_quickly(name):
    begin = time.process_time()
    judgement = grade("2", HARMLESS[name], seconds=1)
    assert judgement.outcome in ("unparsed", "incorrect")
    assert time.process_time() - begin < 60  # quadratic time would be hours
    assert len(judgement.reason) <= 200


def test_a_spent_limit_is_told():
    judgement = grade("1", MONSTERS["a tower of powers"], seconds=1)
    assert judgement.outcome == "unparsed"
    assert judgement.reason == r"comparing '9^{9^{9^{9}}}' took more than 1 s of processor time"


def test_an_answer_that_is_too_long_is_not_read():
    judgement = grade("1", rf"\boxed{{{'1' * (LONGEST + 1)}}}")
    assert (judgement.outcome, judgement.reason) == (
        "unparsed",
        f"an answer of {LONGEST + 1} characters; {LONGEST} are read",
    )


def test_graders_of_several_threads_do_not_mix_up_answers():
    """No SIGALRM either, which only the main thread may have."""
    grader, wrong = math.make({}), []

    def work(n: int) -> None:
        for k in range(20):
            text = rf"\boxed{{{n}}}" if k % 2 else rf"\boxed{{{n + 100}}}"
            sample = Sample(id="1", messages=(), target=str(n))
            if (grader(sample, Response(key="k", model="m", text=text)).outcome == "correct") != bool(k % 2):
                wrong.append((n, k))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


WORKER = """
import json, sys, time
print("{}", flush=True)
for line in sys.stdin:
    do = json.loads(line)
    if do == "die": sys.exit(9)
    if do == "memory": sys.exit(3)
    if do == "wait": time.sleep(60)
    if do == "half": print("[1", end="", flush=True); sys.exit(0)
    print(json.dumps([do]), flush=True)
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "worker.py"
    path.write_text(WORKER)
    return path


def test_a_worker_that_ends_is_replaced(script):
    worker = TimedWorker(script, 1, 1 << 30)
    assert worker.ask("a") == ["a"]
    for question, words in [
        ("die", r"broke down \(status 9\)"),
        ("memory", "took too much memory"),
        ("half", "status 0"),
    ]:
        with pytest.raises(OverspentError, match=words):
            worker.ask(question)
        assert worker.ask("x" * 100_000) == ["x" * 100_000]


def test_a_worker_that_was_killed_from_outside_is_replaced(script):
    worker = TimedWorker(script, 1, 1 << 30)
    worker.ask("a")
    os.kill(worker._process.pid, signal.SIGKILL)
    with pytest.raises(OverspentError, match=r"status -9"):
        worker.ask("b")
    assert worker.ask("c") == ["c"]


def test_a_worker_that_only_waits_is_our_failure(script, monkeypatch):
    monkeypatch.setattr("graders.timed._PATIENCE", 0.5)
    worker = TimedWorker(script, 1, 1 << 30)
    with pytest.raises(OSError, match="is the machine overloaded"):
        worker.ask("wait")
    assert worker.ask("a") == ["a"]


def test_a_worker_that_does_not_start_is_our_failure(tmp_path):
    (tmp_path / "broken.py").write_text("import nothing_of_this_name")
    with pytest.raises(OSError, match=r"broken.py does not start \(status 1\)"):
        TimedWorker(tmp_path / "broken.py", 1, 1 << 30).ask("a")


def test_no_worker_outlives_its_owner(script):
    worker = TimedWorker(script, 1, 1 << 30)
    worker.ask("a")
    process = worker._process
    del worker
    gc.collect()
    assert process.poll() is not None


def test_no_worker_outlives_the_program():
    """A worker that is in the middle of a monster when its program is killed spends its limit, and no more."""
    program = (
        "import threading, time, os, sys\n"
        "from graders import math\n"
        "from harness.records import Response, Sample\n"
        "def ask(text): math.make({'seconds': 1})(Sample(id='1', messages=(), target='1'),"
        " Response(key='k', model='m', text=text))\n"
        "ask('2')\n"
        "print(math._worker(1)._process.pid, flush=True)\n"
        "threading.Thread(target=ask, args=(r'\\boxed{9^{9^{9^9}}}',), daemon=True).start()\n"
        "time.sleep(0.3)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    pid = int(ended.stdout)
    for _ in range(300):
        if not Path(f"/proc/{pid}").exists() or "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return
        time.sleep(0.1)
    pytest.fail("the worker is still there")
