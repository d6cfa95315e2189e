"""The verdict as JUnit XML: valid by the common schemas, nothing undecided looks passed, no text breaks it."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import etree  # lm-eval brings it

from harness.evaluation import Evaluation, Slice
from harness.gate import judge
from harness.junit import NAME_LIMIT, TEXT_LIMIT, junit
from harness.policy import Policy
from harness.verdict import RequirementVerdict, SliceVerdict, StudentVerdict, Verdict
from tests.harness.gate_cases import BAD, GOOD, UNSURE, card, evaluation, part, plain

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))
HOSTILE = 'a]]><b x="1">&amp;\x00\x08\x1b[2J\ud800\udfff\ufffe\uffff\u202e\r\n\t<!-- -->]]>'


def valid(text: str) -> ElementTree.Element:
    """The document, which is valid and can be written as UTF-8."""
    SCHEMA.assertValid(etree.fromstring(text.encode("utf-8")))
    return ElementTree.fromstring(text.encode("utf-8"))


def states(root: ElementTree.Element) -> dict[tuple[str, str], str]:
    """What each test came to, by its class and name."""
    return {
        (test.attrib["classname"], test.attrib["name"]): next((inner.tag for inner in test), "passed")
        for test in root.iter("testcase")
    }


def slice_verdict(decision: str, tier: str, waived: str | None = None) -> SliceVerdict:
    return SliceVerdict(
        suite="math", slice=part(f"{decision} {tier} {waived}"), tier=tier, decision=decision, margin=0.03,  # type: ignore[arg-type]  # the words of the table below
        p_harm=None, p_harm_adjusted=None, items_needed=None, reason="as it was judged", waived=waived,
    )  # fmt: skip


def judged(*slices: SliceVerdict, requirements: tuple[RequirementVerdict, ...] = (), **more: object) -> Verdict:
    given = {"decision": "fail", "reasons": ("the first", "the second"), "warnings": (), **more}
    student = StudentVerdict(student="small", slices=slices, requirements=requirements, **given)  # type: ignore[arg-type]  # as given
    return Verdict(decision=student.decision, students=(student,), policy={"alpha": 0.05}, evaluation_digest="abc")


def about() -> Evaluation:
    return evaluation([], [card("small"), card("other")])


@pytest.mark.parametrize(
    ("decision", "tier", "waived", "state"),
    [
        ("pass", "critical", None, "passed"),
        ("pass", "supporting", None, "passed"),
        ("pass", "advisory", None, "passed"),
        ("fail", "critical", None, "failure"),
        ("fail", "supporting", None, "failure"),
        ("fail", "advisory", None, "skipped"),
        ("fail", "critical", "waived by Ada", "skipped"),
        ("fail", "supporting", "waived by Ada", "skipped"),
        ("inconclusive", "critical", None, "error"),
        ("inconclusive", "supporting", None, "skipped"),
        ("inconclusive", "advisory", None, "skipped"),
        ("inconclusive", "critical", "waived by Ada", "skipped"),
    ],
)
def test_what_a_slice_comes_to(decision: str, tier: str, waived: str | None, state: str) -> None:
    root = valid(junit(judged(slice_verdict(decision, tier, waived)), about()))
    assert states(root)["small: math", f"level={decision} {tier} {waived}"] == state
    (skipped,) = root.findall(".//skipped") if state == "skipped" else [None]
    if skipped is not None:
        assert "as it was judged" in skipped.attrib["message"]
        assert (waived or "") in skipped.attrib["message"]


@pytest.mark.parametrize(("decision", "state"), [("pass", "passed"), ("fail", "failure"), ("inconclusive", "error")])
def test_the_student_as_a_whole_is_a_test(decision: str, state: str) -> None:
    """A model that did not answer everything has slices that pass, and must not look passed."""
    root = valid(junit(judged(slice_verdict("pass", "critical"), decision=decision), about()))
    assert states(root)["small", "verdict"] == state
    for trouble in (*root.iter("failure"), *root.iter("error")):
        assert (trouble.attrib["message"], trouble.text) == ("the first", "the first\nthe second")


def test_a_verdict_on_nobody_is_no_pass() -> None:
    root = valid(junit(Verdict(decision="inconclusive", students=(), policy={}, evaluation_digest="abc"), about()))
    assert list(states(root).values()) == ["error"]


def test_requirements_stand_with_their_suite_or_with_the_student() -> None:
    requirements = (
        RequirementVerdict(kind="caps", name="truncated", suite="math", decision="fail", reason="too many"),
        RequirementVerdict(
            kind="caps", name="slices", suite="math", slice=part("5"), decision="inconclusive", reason="who knows"
        ),
        RequirementVerdict(kind="lineage", name="declared", decision="pass", reason="told"),
        RequirementVerdict(kind="mimicry", name="math", suite="math", tier="advisory", decision="fail", reason="hm"),
        RequirementVerdict(kind="evidence", name="valid_for", decision="fail", reason="old", waived="waived by Ada"),
    )
    assert states(valid(junit(judged(requirements=requirements), about()))) == {
        ("small", "verdict"): "failure",
        ("small", "lineage.declared"): "passed",
        ("small", "evidence.valid_for"): "skipped",
        ("small: math", "caps.truncated"): "failure",
        ("small: math", "caps.slices, level=5"): "error",
        ("small: math", "mimicry.math"): "skipped",
    }


def test_counts_are_those_of_the_tests() -> None:
    slices = [slice_verdict(d, t) for d in ("pass", "fail", "inconclusive") for t in ("critical", "supporting")]
    root = valid(junit(judged(*slices, warnings=("one", "two")), about()))
    whole, suite = root
    assert [suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")] == ["6", "2", "1", "1"]
    assert [whole.attrib[name] for name in ("tests", "failures", "errors", "skipped")] == ["1", "1", "0", "0"]
    assert (whole.findtext("system-out"), suite.findtext("system-out")) == ("one\ntwo", "")
    assert suite.attrib["timestamp"] == "2026-01-01T00:00:00"


def test_a_timestamp_is_in_utc() -> None:
    root = ElementTree.fromstring(junit(judged(), replace(about(), created_at="2026-01-01T01:30:00+05:30")))
    assert root[0].attrib["timestamp"] == "2025-12-31T20:00:00"
    assert "timestamp" not in junit(judged(), replace(about(), created_at="yesterday"))


def test_what_the_verdict_rests_on_is_told() -> None:
    def told(policy: Policy) -> dict[str, str]:
        made = evaluation([plain(GOOD), plain(GOOD, student="other")])
        root = valid(junit(judge(made, policy, "abc"), made))
        return {p.attrib["name"]: p.attrib["value"] for p in root[0].iter("property")}

    first, second = told(Policy()), told(Policy(margin_points=5))
    assert first["evaluation.digest"] == "abc"
    assert (first["teacher.fingerprint"], first["student.fingerprint"]) == ("big", "small")
    assert first["policy.digest"] != second["policy.digest"]
    assert first == told(Policy())


def test_the_gate_s_own_verdict_is_valid() -> None:
    made = evaluation([plain(UNSURE), plain(BAD, part("5")), plain(GOOD, student="other")])
    assert states(valid(junit(judge(made, Policy(), "abc"), made))) == {
        ("small", "verdict"): "failure",
        ("small: math", "whole suite"): "error",
        ("small: math", "level=5"): "failure",
        ("other", "verdict"): "passed",
        ("other: math", "whole suite"): "passed",
    }


@pytest.mark.parametrize("name", [HOSTILE, " \n", "\x00", "x" * 1_000_000, "]]>", "é 🙂 עברית"])
def test_no_text_breaks_the_document(name: str) -> None:
    one = replace(slice_verdict("fail", "critical"), suite=name, slice=Slice(name=name, value=name), reason=name)
    asked = RequirementVerdict(kind="rules", name=name, suite=name, decision="inconclusive", reason=name)
    verdict = judged(one, requirements=(asked,), reasons=(name, name), warnings=(name,))
    student = replace(verdict.students[0], student=name)
    about_it = replace(about(), models=(card(name, "teacher"), card(name)), viva_version=name)
    root = valid(junit(replace(verdict, students=(student,), evaluation_digest=name), about_it))
    assert len(list(root.iter("testcase"))) == 3
    placed = [*root.iter("testsuite"), *root.iter("testcase")]
    assert all(len(value) <= NAME_LIMIT for element in placed for value in element.attrib.values())
    assert all(len(element.text or "") <= TEXT_LIMIT for element in root.iter())


def test_what_xml_cannot_hold_is_written_out() -> None:
    text = junit(judged(reasons=(HOSTILE,)), about())
    message = valid(text).find(".//failure").attrib["message"]  # type: ignore[union-attr]  # it is there
    assert message == ('a]]><b x="1">&amp;\\x00\\x08\\x1b[2J\\ud800\\udfff\\ufffe\\uffff\\u202e\\r\n\t<!-- -->]]>')


def test_names_that_differ_only_in_such_characters_stay_apart() -> None:
    slices = [replace(slice_verdict("fail", "critical"), slice=part(value)) for value in ("\x00", "\x01", "\ud800")]
    assert len(states(valid(junit(judged(*slices), about())))) == 4
