"""Graders of the user's own: what a function may return, what cannot be loaded, and that data brings no code."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from graders import own, registry
from harness.errors import DataError
from harness.grading import assign
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Judgement, Response, Sample
from harness.suite import make_suite

FILE = """
from harness.records import Judgement


def refund_policy(sample, response):
    return "refund" in response.text


def share(sample, response):
    return 0.25


def lenient(sample, response, options):
    return options["word"] in response.text


def whole(sample, response):
    return Judgement(outcome="refused", score=0.0, answer=None, reason="as I say")


def says_nothing(sample, response):
    return None


def too_much(sample, response):
    return 7


def breaks(sample, response):
    raise KeyError("oops")


def leaves(sample, response):
    raise SystemExit(0)


def alone(sample):
    return True


NUMBER = 5
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my_graders.py"
    path.write_text(FILE)
    return path


def judged(file: Path, name: str, text: str = "a refund", **options: str) -> Judgement:
    grade = registry.GRADERS[f"{file}:{name}"].make(options)
    return grade(Sample(id="1"), Response(key="k", model="m", text=text))  # type: ignore[operator]  # no case grader


def test_true_and_false_are_right_and_wrong(file: Path) -> None:
    assert (judged(file, "refund_policy").outcome, judged(file, "refund_policy", "no").outcome) == (
        "correct",
        "incorrect",
    )


def test_a_number_is_a_score(file: Path) -> None:
    found = judged(file, "share")
    assert (found.outcome, found.score) == ("incorrect", 0.25)


def test_a_judgement_is_kept_as_it_is(file: Path) -> None:
    assert judged(file, "whole").reason == "as I say"


def test_an_empty_reply_does_not_reach_the_function(file: Path) -> None:
    assert judged(file, "share", " \n").outcome == "unparsed"


def test_a_third_argument_takes_the_options(file: Path) -> None:
    assert judged(file, "lenient", "a voucher", word="voucher").outcome == "correct"


def test_options_that_nobody_reads_are_refused(file: Path) -> None:
    with pytest.raises(ValueError, match="takes no options"):
        judged(file, "refund_policy", word="voucher")


@pytest.mark.parametrize("name", ["says_nothing", "too_much", "breaks", "leaves"])
def test_what_is_no_judgement_raises_so_that_the_harness_calls_it_failed(file: Path, name: str) -> None:
    with pytest.raises((TypeError, ValueError, KeyError, RuntimeError)):
        judged(file, name)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("{file}:refund_polcy", 'no "refund_polcy"; did you mean "refund_policy"'),
        ("{file}:alone", "no function of"),
        ("{file}:NUMBER", "no function of"),
        ("{folder}/nowhere.py:f", "there is no file"),
        ("{folder}/broken.py:f", "cannot be loaded: SyntaxError"),
        ("{folder}/raises.py:f", "cannot be loaded: ZeroDivisionError"),
        ("numbr", 'unknown; did you mean "number"'),
    ],
)
def test_what_cannot_be_loaded_says_why(file: Path, spec: str, told: str) -> None:
    (file.parent / "broken.py").write_text("def f(:")
    (file.parent / "raises.py").write_text("1 / 0")
    assert told in (registry.fault(spec.format(file=file, folder=file.parent)) or "")


def test_a_changed_file_is_another_version_and_is_read_again(file: Path) -> None:
    before = registry.GRADERS[f"{file}:share"]
    file.write_text(FILE.replace("0.25", "0.75"))
    after = registry.GRADERS[f"{file}:share"]
    assert before.version != after.version
    assert judged(file, "share").score == 0.75


def test_an_installed_package_offers_graders(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="theirs", value="graders.exact", group=own.GROUP)
    monkeypatch.setattr(own, "installed", lambda: {"theirs": point})
    assert registry.GRADERS["theirs"].version == registry.GRADERS["exact"].version
    assert "theirs" in list(registry.GRADERS) and registry.fault("theirs") is None


def test_data_brings_no_code(file: Path) -> None:
    spec = f"{file}:refund_policy"
    sample = Sample(id="1", grader=spec, prompt="?", target="x")
    suite = make_suite(SuiteSpec(name="s", grader="exact"), Loaded(samples=[sample]))
    with pytest.raises(DataError, match="only a plan may"):
        assign((suite,), registry.GRADERS)
    with pytest.raises(DataError, match="only a plan may"):
        make_suite(SuiteSpec(name="s"), Loaded(samples=[Sample(id="1", prompt="?")], grader=spec))
