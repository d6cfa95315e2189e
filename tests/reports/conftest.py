"""A realistic evaluation made by hand: three students of the demo's support desk, one that never loaded, and texts.

`honest` is as good as its teacher, `mimic` fails on special prices and hard quotes, `sparse` was asked too few items.
Some of the mimic's answers, and many names around them, are hostile. The intervals are textbook normal approximations:
nothing here tests statistics.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from harness.compared import CheckTally, PairedCells, Side, Tally
from harness.evaluation import (
    ALL,
    Comparison,
    Evaluation,
    EvidenceGroup,
    Finding,
    FindingState,
    Mark,
    MimicryLabel,
    ModelCard,
    Pair,
    Profile,
    Slice,
    Style,
    SuiteCard,
)
from harness.protocols import PairTexts
from harness.records import (
    Check,
    CheckKind,
    Finish,
    Grade,
    Interval,
    Json,
    Measure,
    Message,
    Outcome,
    Response,
    Role,
    Sample,
)
from harness.verdict import Decision, SliceVerdict, StudentVerdict, Verdict
from reports.render import write_report
from suites.demo.workload import Request, as_json, take
from tests.reports.browsing import Watched, chromium, watched
from tests.reports.pair_pages import DRAWN, STUDENT, draw_html, page_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
SUITE, TEACHER = "support-desk", "desk-teacher"
MARGIN = 0.03
ITEMS = {"honest": 900, "mimic": 900, "sparse": 240}
SLICES = (
    *(Slice(name="task", value=v) for v in ("quote", "window", "ticket")),
    *(Slice(name="difficulty", value=v) for v in ("easy", "medium", "hard")),
    *(Slice(name="prices", value=v) for v in ("list", "special")),
    Slice(name="language", value="cy"),
)
HOSTILE = (
    "<script>document.title = 'owned'</script><img src=https://evil.invalid/x.png onerror=alert(1)>\n"
    '</pre></style></details><iframe src="https://evil.invalid/"></iframe><a href="javascript:alert(1)">refund</a>\n'
    "{{ 7 * 7 }} {% raw %} &lt;b&gt; ]]> --> \u202egnp.exe\u202c zero\u200bwidth \x00\x07 bell\r\nTotal: $41",
    "word " * 4_000 + "Total: $41",
    "A" * 3_000 + "\u2028\ufeff" + "\U000e0041" * 12 + "\ud800 السعر 41 👩‍💻\nTotal: $41",
)

PAYLOAD = "\"'><script>alert(1)</script><img src=//evil.invalid/x onerror=alert(1)> {{ 7 * 7 }}\u202e\x00\ud800"
OURS = {ALL, "critical", "supporting", "advisory", "flagged", "clear", "abstained"}.union(
    *map(get_args, (Outcome, Decision, Role, Finish, Measure, CheckKind, EvidenceGroup, FindingState, MimicryLabel))
)


@dataclass(frozen=True, kw_only=True)
class Texts:
    """`PairTexts` over the demo's requests: the teacher's worked answer, and what a student made of it."""

    requests: dict[str, Request]
    pairs: dict[tuple[str, str], Pair]
    hostile: dict[str, str]

    def fetched(self, suite: str, samples: Sequence[str]) -> "Texts":
        return self

    def sample(self, suite: str, sample: str) -> Sample:
        request = self.requests[sample]
        asked = (
            Message(role="system", content="Answer as the desk does."),
            Message(role="user", content=request.prompt),
        )
        return Sample(id=sample, messages=asked, target=request.target, target_source="worked out", slices={})

    def responses(self, suite: str, sample: str, model: str) -> Sequence[Response]:
        request, pair = self.requests[sample], self.pairs.get((sample, model))
        if pair is None:
            right = is_teacher_right(sample, request)
            worked = request.worked if right else request.worked.replace(" = ", " = 1")
            return (Response(key=f"t-{sample}", model=model, text=worked, finish="stop", reasoning="Let me see."),)
        text = self.hostile.get(sample) if model == "mimic" else None
        finish: Finish = "length" if pair.student_outcome == "truncated" else "stop"
        return (Response(key=f"s-{sample}", model=model, text=text or spoil(request, pair), finish=finish),)

    def grades(self, suite: str, sample: str, model: str) -> Sequence[Grade]:
        pair = self.pairs.get((sample, model)) or self.pairs[sample, "mimic"]
        ours = (sample, model) not in self.pairs
        outcome = pair.teacher_outcome if ours else pair.student_outcome
        answer = pair.teacher_answer if ours else pair.student_answer
        right = outcome == "correct"
        total = Check(name="total", kind="field", hits=right, spurious=not right, missed=not right)
        return (
            Grade(
                suite=suite, sample=sample, model=model, attempt=0, outcome=outcome, score=float(right), answer=answer,
                reason=f"the total is {'as asked for' if right else 'another one'}", grader="fields 1",
                response_keys=(f"{'t' if ours else 's'}-{sample}",), checks=(total, _kept(True)),
            ),
        )  # fmt: skip


def _kept(kept: bool) -> Check:
    return Check(name="at most 40 words", kind="rule", hits=kept, spurious=not kept)


def spoil(request: Request, pair: Pair) -> str:
    """A student's text for its outcome: another total, a cut, a polite no."""
    if pair.student_outcome == "correct":
        return request.worked
    if pair.student_outcome == "truncated":
        return request.worked[: len(request.worked) // 2]
    if pair.student_outcome == "refused":
        return "I am sorry, but I cannot help with this order."
    if request.task == "ticket":
        return _other(request.worked)
    swaps = {"within": "over", "over": "within", "accept": "reject", "reject": "accept"}
    if request.task == "window":
        return " ".join(swaps.get(word, word) for word in request.worked.split(" "))
    return request.worked.replace(str(request.target), str(int(str(request.target)) + 10))


@pytest.fixture(scope="session")
def desk() -> Parts:
    """The evaluation, its verdict, the pairs and their texts."""
    requests = {f"desk-{i:04}": request for i, request in enumerate(take(900, 7))}
    pairs = tuple(p for student in ITEMS for p in _pairs(student, requests))
    parts = [(student, part) for student in ITEMS for part in (Slice(), *SLICES)]
    comparisons = [compared(*part, [p for p in pairs if _holds(*part, p)]) for part in parts]
    lost = [p.sample for p in pairs if p.student == "mimic" and _is_worst(p)]
    hostile = dict(zip(sorted(lost), HOSTILE, strict=False))
    texts = Texts(requests=requests, pairs={(p.sample, p.student): p for p in pairs}, hostile=hostile)
    return _evaluation(comparisons), _verdict(comparisons), pairs, texts


@pytest.fixture(scope="session")
def profiled(desk: Parts) -> Parts:
    """The same with mimicry profiles: honest is faithful, mimic is one, sparse is undecided; and warnings of them."""
    evaluation, verdict, pairs, texts = desk
    found = tuple(profile_of(c) for c in evaluation.comparisons if c.n >= 50)
    findings = tuple(f for p in found for f in findings_of(p, pairs))
    warned = (replace(s, warnings=WARNINGS if s.student == "mimic" else ()) for s in verdict.students)
    return (
        replace(evaluation, profiles=found, findings=findings),
        replace(verdict, students=tuple(warned)),
        pairs,
        texts,
    )


@pytest.fixture(scope="session")
def poisoned(profiled: Parts) -> Parts:
    """The same with a payload at the end of every name and sentence that could come from outside."""
    evaluation, verdict, pairs, texts = profiled
    policy: dict[str, Json] = {**verdict.policy, "critical": [PAYLOAD.replace("\ud800", "")]}  # a policy is valid text
    return poison(evaluation), replace(poison(verdict), policy=policy), poison(pairs), PoisonedTexts(inner=texts)


def _is_worst(p: Pair) -> bool:
    worst = p.slices.get("prices") == "special" and p.slices["task"] == "quote" and p.student_outcome == "incorrect"
    return worst and p.slices["difficulty"] == "hard" and p.teacher_score > p.student_score


def _pairs(student: str, requests: dict[str, Request]) -> list[Pair]:
    rng = random.Random(student)
    return [_pair(student, name, request, rng) for name, request in list(requests.items())[: ITEMS[student]]]


def _pair(student: str, sample: str, request: Request, rng: random.Random) -> Pair:
    right = is_teacher_right(sample, request)
    risk = {"honest": 0.008, "mimic": 0.012, "sparse": 0.03}[student]
    if student == "mimic" and request.prices == "special":
        risk = {"easy": 0.12, "medium": 0.3, "hard": 0.55}[request.difficulty]
    outcome: Outcome = "correct" if (right or rng.random() < 0.4) and rng.random() > risk else "incorrect"
    if outcome == "incorrect" and rng.random() < 0.2:
        outcome = rng.choice(("truncated", "unparsed", "refused"))
    language = "cy" if int(sample[-4:]) % 97 == 3 else "en"
    slices = {"task": request.task, "difficulty": request.difficulty, "language": language}
    slices |= {"prices": request.prices} if request.prices else {}
    wanted = request.target if isinstance(request.target, str) else as_json(dict(request.target or {}))  # type: ignore[arg-type]  # a ticket's target is an object
    return Pair(
        suite=SUITE,
        sample=sample,
        student=student,
        slices=slices,
        weight=1.0,
        teacher_score=float(right),
        student_score=float(outcome == "correct"),
        teacher_outcome="correct" if right else "incorrect",
        student_outcome=outcome,
        teacher_answer=wanted if right else "0",
        student_answer={"correct": wanted, "incorrect": _other(wanted)}.get(outcome),
    )


def is_teacher_right(sample: str, request: Request) -> bool:
    return random.Random(f"teacher {sample}").random() > (0.06 if request.difficulty == "hard" else 0.01)


def _other(wanted: str) -> str:
    if wanted.isdigit():
        return str(int(wanted) + 10)
    return {"accept": "reject", "reject": "accept"}.get(wanted, wanted.replace('"wish": "', '"wish": "no '))


def _holds(student: str, part: Slice, pair: Pair) -> bool:
    return pair.student == student and (part == Slice() or pair.slices.get(part.name) == part.value)


def compared(student: str, part: Slice, pairs: Sequence[Pair]) -> Comparison:
    tally = Counter((p.teacher_score, p.student_score) for p in pairs)
    cells = PairedCells(both=tally[1, 1], teacher_only=tally[1, 0], student_only=tally[0, 1], neither=tally[0, 0])
    b, c, n = cells.teacher_only, cells.student_only, cells.n
    se = sqrt(max(b + c, 1)) / n

    def around(point: float, level: float) -> Interval | None:
        half = {0.95: 1.96, 0.9: 1.645}[level] * se
        return (
            None if n < 15 else Interval(point=point, low=point - half, high=point + half, level=level, method="wald")
        )

    teacher, pupil, conditional = (cells.both + b) / n, (cells.both + c) / n, cells.both / max(cells.both + b, 1)
    return Comparison(
        suite=SUITE, student=student, slice=part, n=n, clusters=None, effective_n=float(n), cells=cells, se=se, df=None,
        teacher=_side([p.teacher_outcome for p in pairs], 0.31),
        pupil=_side([p.student_outcome for p in pairs], 0.08),
        delta95=around(pupil - teacher, 0.95), delta90=around(pupil - teacher, 0.9),
        retention95=around(pupil / teacher, 0.95), retention90=around(pupil / teacher, 0.9),
        conditional95=around(conditional, 0.95), conditional90=around(conditional, 0.9),
        flips=(b + c) / n,
        p_value=min(1.0, 2.0 * 0.62 ** abs(b - c)), p_adjusted=min(1.0, 3.1 * 0.62 ** abs(b - c)),
        items_needed=round(6.18 * max(b + c, 1) / n / MARGIN**2),
        losses=_losses(pairs),
        checks=_checks(pairs),
        dropped={"the teacher's answer is missing": 2, "our failure: the grader's sandbox died": 1},
    )  # fmt: skip


def _side(outcomes: list[Outcome], latency: float) -> Side:
    accuracy = outcomes.count("correct") / len(outcomes)
    return Side(accuracy=accuracy, outcomes=Counter(outcomes), completion_tokens=41.2, latency_s=latency)


def _checks(pairs: Sequence[Pair]) -> tuple[CheckTally, ...]:
    """A field, a rule that nobody breaks, and a criterion that the teacher was never asked about."""
    n, right = len(pairs), sum(p.student_score for p in pairs)
    teacher, wrong = sum(p.teacher_score for p in pairs), n - right
    limit = Interval(point=0.0, low=None, high=1 - 0.05 ** (1 / n), level=0.95, method="clopper-pearson-upper")
    share = Interval(point=right / n, low=0.1, high=1.0, level=0.95, method="clopper-pearson")
    kept = Tally(hits=n, spurious=0.0, missed=0.0, rate95=limit)
    return (
        CheckTally(
            name="total",
            kind="field",
            n=n,
            teacher=Tally(hits=teacher, spurious=n - teacher, missed=n - teacher),
            pupil=Tally(hits=right, spurious=wrong / 2, missed=wrong),
        ),
        CheckTally(name="at most 40 words", kind="rule", n=n, teacher=kept, pupil=kept),
        CheckTally(
            name="polite", kind="share", n=n, teacher=None,
            pupil=Tally(hits=right, spurious=wrong, missed=0.0, rate95=share),
        ),
    )  # fmt: skip


def _losses(pairs: Sequence[Pair]) -> dict[Outcome, float]:
    losses: dict[Outcome, float] = {}
    for p in pairs:
        losses[p.student_outcome] = losses.get(p.student_outcome, 0.0) + (p.teacher_score - p.student_score) / len(
            pairs
        )
    return losses


def _verdict(comparisons: Sequence[Comparison]) -> Verdict:
    students = tuple(_student_verdict(student, [c for c in comparisons if c.student == student]) for student in ITEMS)
    nothing = ("It gave no answers, so nothing can be said about it.",)
    silent = StudentVerdict(student="int4", decision="inconclusive", reasons=nothing, slices=())
    policy: dict[str, Json] = {"margin_points": 3.0, "critical": ["task"], "min_items": 20}
    return Verdict(decision="fail", students=(*students, silent), policy=policy, evaluation_digest=digest("5e"))


def _student_verdict(student: str, comparisons: Sequence[Comparison]) -> StudentVerdict:
    slices = tuple(_slice_verdict(c) for c in comparisons)
    failed = ", ".join(str(s.slice) for s in slices[1:] if s.decision == "fail")
    second = (
        f"Withheld on {failed}: the loss there is beyond the margin." if failed else "No slice is beyond its margin."
    )
    reasons = (f"Overall on {SUITE}: {slices[0].reason}", second)
    return StudentVerdict(student=student, decision=slices[0].decision, reasons=reasons, slices=slices)


def _slice_verdict(c: Comparison) -> SliceVerdict:
    interval = c.delta90
    decision: Decision = "inconclusive"
    reason = f"The 90% interval reaches past the margin of {MARGIN * 100:.1f} points, so {c.n} items cannot decide."
    if interval is None or interval.low is None or interval.high is None:
        reason = f"{SUITE}, {c.slice}: no verdict from {c.n} items; at least 20 are asked for"
    elif interval.low > -MARGIN:
        decision, reason = "pass", "At worst the loss is within the margin of 3.0 points."
    elif interval.high < -MARGIN:
        decision, reason = "fail", "Even at best the loss is beyond the margin of 3.0 points (Holm-corrected)."
    return SliceVerdict(
        suite=SUITE,
        slice=c.slice,
        tier="critical"
        if c.slice.name in ("all", "task")
        else "advisory"
        if c.slice.name == "language"
        else "supporting",
        decision=decision,
        margin=MARGIN,
        p_harm=0.2,
        p_harm_adjusted=0.4,
        items_needed=c.items_needed if decision == "inconclusive" else None,
        reason=reason,
    )


def _evaluation(comparisons: Sequence[Comparison]) -> Evaluation:
    failures = {
        **dict.fromkeys(ITEMS),
        "int4": "The engine could not load it: no kernel for 4-bit weights on this machine.",
    }
    described: dict[str, Json] = {"model": "Qwen/Qwen3-0.6B", "revision": "c1899de289a0", "args": {"dtype": "float32"}}
    teacher = ModelCard(name=TEACHER, role="teacher", fingerprint=digest("c0de"), described=described)
    students = (
        replace(teacher, name=n, role="student", fingerprint=digest("ab"), failure=f) for n, f in failures.items()
    )
    notes = ("Drawn from seed 7; no prompt was seen in training.",)
    suite = SuiteCard(name=SUITE, fingerprint=digest("7a"), n=900, slices=("task", "difficulty", "prices"), notes=notes)
    return Evaluation(
        name="Support desk, November release",
        created_at="2026-11-22T03:38:00+00:00",
        viva_version="0.1.0",
        plan={"version": 1, "teacher": {"name": TEACHER, "model": "./weights/teacher"}, "store": None},
        models=(teacher, *students),
        suites=(suite,),
        comparisons=tuple(comparisons),
        notes=("sparse was stopped after 240 of 900 items; the rest can be resumed.",),
        pairs_digest=digest("09"),
    )


def digest(pattern: str) -> str:
    return "sha256:" + pattern * (64 // len(pattern))


@dataclass(frozen=True, kw_only=True)
class PoisonedTexts:
    inner: PairTexts

    def fetched(self, suite: str, samples: Sequence[str]) -> "PoisonedTexts":
        return self

    def sample(self, suite: str, sample: str) -> Sample:
        found: Sample = poison(self.inner.sample(suite, sample.removesuffix(PAYLOAD)))
        return found

    def responses(self, suite: str, sample: str, model: str) -> Sequence[Response]:
        clean = self.inner.responses(suite, sample.removesuffix(PAYLOAD), model.removesuffix(PAYLOAD))
        return [poison(response) for response in clean]

    def grades(self, suite: str, sample: str, model: str) -> Sequence[Grade]:
        assert isinstance(self.inner, Texts)
        clean = self.inner.grades(suite, sample.removesuffix(PAYLOAD), model.removesuffix(PAYLOAD))
        return [poison(grade) for grade in clean]


def poison(value: Any) -> Any:
    """The same record with the payload at the end of every string but those that our own types allow."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: poison(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, str):
        return value if value in OURS else value + PAYLOAD
    if isinstance(value, tuple | list):
        return type(value)(poison(inner) for inner in value)
    return {poison(k): poison(v) for k, v in value.items()} if isinstance(value, dict) else value


WARNINGS = tuple(f"{SUITE}, {part}: superficial mimicry: less behind the style" for part in SLICES[:6])
LABELS: dict[str, MimicryLabel] = {"mimic": "SUPERFICIAL MIMICRY", "honest": "FAITHFUL", "sparse": "INCONCLUSIVE"}


def interval(point: float, half: float = 0.03, level: float = 0.95) -> Interval:
    return Interval(point=point, low=point - half, high=point + half, level=level, method="cluster-t")


def profile_of(c: Comparison) -> Profile:
    """The mimic is one on the whole and where prices are special, and merely weaker elsewhere."""
    is_mimic = c.student == "mimic"
    label = LABELS[c.student]
    if is_mimic and c.slice.name not in (ALL, "prices"):
        label = "WEAKER"
    style = Style(
        distance=0.11 if is_mimic else 0.02, floor=0.01, threshold=0.35, close=True,
        auc=interval(0.61 if is_mimic else 0.5), telling=(("length", -0.71), ("begins '0 x'", 0.4), ("hedges", 0.2)),
        recovery=interval(0.9), capability=interval(0.6), gap=interval(0.3),
    )  # fmt: skip
    return Profile(
        suite=c.suite, student=c.student, slice=c.slice, label=label, reason=f"{label.lower()}, as the evidence says",
        style=style, flagged=("trace", "calibration") if label == "SUPERFICIAL MIMICRY" else (),
        overrated=interval(0.21 if is_mimic else 0.004), overrated_more=interval(0.22 if is_mimic else -0.001),
        missing=("support: 0 samples have a source text; 30 are needed",),
    )  # fmt: skip


def findings_of(p: Profile, pairs: Sequence[Pair]) -> list[Finding]:
    """Equations and confidence, flagged where the label says so, an abstention, and a diagnostic."""
    samples = [q.sample for q in pairs if q.student == p.student and q.teacher_score > q.student_score][:25]
    marks = [mark(sample, p.student, *where) for sample in samples for where in ((0, 9, "3 x 3 is 9"), (5, 14, "of 5"))]
    state: FindingState = "flagged" if p.flagged else "clear"
    common: dict[str, Any] = {"suite": p.suite, "student": p.student, "slice": p.slice}
    return [
        Finding(
            **common, detector="false equations", group="trace", state=state, estimate=interval(0.62, level=0.9),
            reason="equations that are false: 62.0%", p_value=1e-9, p_adjusted=1e-8, n=300,
            evidence=tuple(samples), marks=tuple(marks),
        ),
        Finding(
            **common, detector="overconfidence", group="calibration", state=state, estimate=interval(0.16),
            reason="confidence tells little", p_value=0.01, p_adjusted=0.03, n=300, evidence=tuple(samples[3:]),
        ),
        Finding(
            **common, detector="unsupported claims", group="support", state="abstained", estimate=None,
            reason="0 samples have a source text",
        ),
        Finding(
            **common, detector="hollow reasoning", group=None, state="clear", estimate=interval(0.34),
            reason="the same answer after a planted error", n=29, evidence=tuple(samples[:1]),
        ),
    ]  # fmt: skip


def mark(sample: str, model: str, start: int, end: int, note: str) -> Mark:
    return Mark(sample=sample, model=model, attempt=0, start=start, end=end, note=note)


# Pages of pairs, read in a browser.


@pytest.fixture(scope="module")
def report(profiled: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pairs")
    write_report(*profiled, out)
    (out / "draw-first.html").write_text(draw_html(profiled, DRAWN), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as started:
        yield started


@pytest.fixture
def watch(browser: "Browser", report: Path) -> Iterator[Watched]:
    """Whatever a test does: nothing outside of the report's folder is asked for, and nothing goes wrong silently."""
    with watched(browser) as started:
        yield started
        assert started.foreign(report) == []
        assert started.noise == []


@pytest.fixture(scope="module")
def whole(report: Path, profiled: Parts) -> Path:
    return report / page_of(profiled, STUDENT, Slice())
