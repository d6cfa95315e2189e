"""The ladder of students: from the largest to the smallest, what each keeps, and what each step down costs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.compared import Spent
from harness.evaluation import ALL
from harness.ladder import ladder
from harness.ladder_order import Order
from harness.parameters import in_words
from harness.rungs import Ladder, Rung, StepDown
from reports import wording
from reports.figures import badge, retention
from reports.front import Front
from reports.ladder_chart import SPENT, amount, beside_of, picture, whole_of
from reports.pieces import Badge, Estimate, Link
from reports.visible import shorten

STEPS_SHOWN, SOURCE_SHOWN = 24, 160
GOOD_LABELS = ("FAITHFUL", "INCONCLUSIVE")  # labels that a ladder need not name
UNPAIRED = Badge(kind="unjudged", word="Unpaired")


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderWords:
    """What the order of a ladder lets its headings say: without sizes nothing may be called smaller."""

    title: str
    heading: str
    steps: str
    beside: str


WORDS: Mapping[Order, LadderWords] = {
    "parameters": LadderWords(
        title="The ladder: how small may it be?",
        heading="From the largest to the smallest",
        steps="What each step down costs",
        beside="the next larger one",
    ),
    "cost": LadderWords(
        title="The ladder: how cheap may it be?",
        heading="From the dearest to the cheapest",
        steps="What each step down costs",
        beside="the next dearer one",
    ),
    "plan": LadderWords(
        title="The students beside one another",
        heading="Every student beside the teacher",
        steps="From each student to the next",
        beside="the one before it",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRow:
    """A model on the ladder. `figures` are those of the columns; `note` is what it rests on, for published figures."""

    link: Link
    badge: Badge
    labels: tuple[Badge, ...]
    figures: tuple[Estimate, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    step: str
    where: str
    badge: Badge
    wrong: Estimate
    saved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderView:
    """`sentence` reads it, `ordered` says by what rungs are ordered. Blank where there is one student only."""

    sentence: str = ""
    ordered: str = ""
    words: LadderWords = WORDS["plan"]
    notes: tuple[str, ...] = ()
    about: str = ""
    picture: Markup = Markup("")
    columns: tuple[str, ...] = ()
    rungs: tuple[RungRow, ...] = ()
    steps: tuple[StepRow, ...] = ()
    more_steps: str = ""


def rungs(front: Front, anchors: Mapping[str, str]) -> LadderView:
    """`anchors`: where on the page each student is told of."""
    found = ladder(front.records.evaluation, front.records.verdict)
    if len(found.rungs) < 2:
        return LadderView()
    names = [rung.model for rung in found.rungs]
    suites = tuple(dict.fromkeys(s for rung in found.rungs for s in _suites(rung)))
    spent = tuple(what for what in SPENT if any(what in rung.spent for rung in found.rungs))
    steps = [s for s in found.steps if s.slice.name == ALL]
    return LadderView(
        sentence=_sentence(names, found.sentence),
        ordered=found.ordered,
        words=WORDS[found.order],
        notes=tuple(_sentence(names, note) for note in found.notes),
        about=_about(found, suites),
        picture=picture(found, suites, spent) if suites else Markup(""),
        columns=(
            "Parameters",
            *(f"Retention on {shorten(suite, 40)}" for suite in suites),
            *map(SPENT.__getitem__, spent),
        ),
        rungs=tuple(_rung(rung, suites, spent, anchors) for rung in found.rungs),
        steps=tuple(map(_step, steps[:STEPS_SHOWN])),
        more_steps=f"{wording.number_of(len(steps) - STEPS_SHOWN, 'more step')}: `viva compare RUN --ladder`."
        if len(steps) > STEPS_SHOWN
        else "",
    )


def _suites(rung: Rung) -> Iterator[str]:
    yield from (c.suite for c in rung.parts if c.slice.name == ALL)
    yield from (u.suite for u in rung.unpaired)


def _rung(rung: Rung, suites: Sequence[str], spent: Sequence[Spent], anchors: Mapping[str, str]) -> RungRow:
    anchor = anchors.get(rung.model) if rung.paired else None
    size = Estimate(value=wording.DASH, detail="not declared" if rung.paired else "not known")
    return RungRow(
        link=Link(name=rung.model, href=f"#{anchor}" if anchor else ""),
        badge=badge(rung.decision) if rung.paired else UNPAIRED,
        labels=tuple(badge(label) for label in dict.fromkeys(rung.labels.values()) if label not in GOOD_LABELS),
        figures=(
            size if rung.parameters is None else Estimate(value=in_words(rung.parameters)),
            *(_retention(rung, suite) for suite in suites),
            *(_spent(rung, what) for what in spent),
        ),
        note=_note(rung),
    )


def _note(rung: Rung) -> str:
    if rung.paired:
        return ""
    source = f" Source: {shorten(rung.source, SOURCE_SHOWN)}." if rung.source else ""
    return f"Published ({rung.role}), without the items behind it: compared unpaired, and not judged.{source}"


def _retention(rung: Rung, suite: str) -> Estimate:
    whole, beside = whole_of(rung, suite), beside_of(rung, suite)
    if whole is not None:
        return retention(whole)
    if beside is None or beside.retention is None:
        return Estimate(value=wording.DASH, detail="not asked" if rung.paired else "not published")
    items = "unpaired" if beside.n is None else f"unpaired, {wording.number_of(beside.n, 'item')}"
    span = f"{wording.limits(beside.retention95, wording.percent)}; " if beside.retention95 else ""
    return Estimate(value=wording.percent(beside.retention), detail=f"{span}{items}")


def _spent(rung: Rung, what: Spent) -> Estimate:
    mean = rung.spent.get(what)
    return Estimate(value=wording.DASH if mean is None else amount(what, mean))


def _step(step: StepDown) -> StepRow:
    interval = step.delta95
    per_thousand = step.measure == "accuracy"
    write = wording.per_thousand if per_thousand else wording.bare_points
    detail = "" if per_thousand else "points"
    if interval is not None:
        seen = wording.turned(interval) if per_thousand else interval
        span = wording.limits(seen, (lambda loss: write(-loss)) if per_thousand else write)
        detail = f"{wording.level(interval)}: {span}" + ("" if per_thousand else " points")
    kind = "unjudged" if not step.paired else "inconclusive" if not step.shown else "fail" if step.delta < 0 else "pass"
    word = {"unjudged": "Unpaired", "inconclusive": "Not shown", "fail": "Worse", "pass": "Better"}[kind]
    return StepRow(
        step=f"{shorten(step.larger)} → {shorten(step.smaller)}",
        where=f"{step.suite}{', ' + wording.number_of(step.n, 'item') if step.n is not None else ''}",
        badge=Badge(kind=kind, word=word),
        wrong=Estimate(value=write(step.delta), detail=detail),
        saved=_saved(step.saved),
    )


def _saved(saved: Mapping[Spent, float]) -> str:
    """What an answer takes less, or more, than the larger model's."""
    units = {"latency_s": "s", "completion_tokens": "tokens", "cost": "for 1,000 answers"}
    said = [
        f"{amount(what, abs(less))} {units[what]} {'less' if less > 0 else 'more'}"
        for what, less in saved.items()
        if amount(what, abs(less)).strip("0.")
    ]
    return ", ".join(said) or wording.DASH


def _sentence(names: Collection[str], words: str) -> str:
    return wording.sentence(wording.capital(words, names))


def _about(found: Ladder, suites: Sequence[str]) -> str:
    if not suites:
        return ""
    pale = " A triangle is a published model, which was not paired." if any(not r.paired for r in found.rungs) else ""
    return (
        f"Retention on {shorten(suites[0])}: the model's score as a share of the teacher's, with its 95% interval. The "
        f"solid line is the teacher. Disc: passes; square: fails; diamond: undecided.{pale}"
    )
