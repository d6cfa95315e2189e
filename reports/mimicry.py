"""Did a student understand, or does it only sound like its teacher: the mimicry profile of each of its suites."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.evaluation import ALL, Finding, Profile, Slice, Style
from harness.records import Interval
from reports import closeness, findings, wording
from reports.figures import badge
from reports.lookup import Lookup
from reports.mimicry_words import GROUPS, surface, telling
from reports.pieces import Badge, Estimate
from reports.view import Labelled, Profiled, ProfileRow
from reports.visible import shorten

FEWEST = 50  # items that a profile is made of at least (docs/mimicry.md)
TELLING_SHOWN, FEATURE_SHOWN = 6, 40
ROWS_SHOWN = 25  # the whole suite and the slices whose label is worst
NAME_SHOWN, REASON_SHOWN = 120, 600
GONE = "This run holds no profiles; `viva grade RUN` makes them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A profile with what its detectors found, and its place in table and picture."""

    place: str
    profile: Profile
    found: tuple[Finding, ...]

    @property
    def strongest(self) -> Finding | None:
        """Of what is flagged, what exceeds the teacher most."""
        return max((f for f in self.found if _is_flagged(f)), key=_excess, default=None)

    @property
    def largest(self) -> Finding | None:
        """The same; where nothing is flagged, the largest estimate of what was looked at."""
        measured = (f for f in self.found if f.group is not None and f.estimate is not None)
        return self.strongest or max(measured, key=_excess, default=None)

    @property
    def looked(self) -> tuple[str, ...]:
        """The kinds of evidence that some detector could look at."""
        looked = (f.group for f in self.found if f.group is not None and f.state != "abstained")
        return tuple(GROUPS[group].lower() for group in dict.fromkeys(looked))


def labels(records: Lookup, student: str) -> tuple[Labelled, ...]:
    """The labels of whole suites, for the student's card."""
    return tuple(
        Labelled(suite=p.suite, badge=badge(p.label))
        for p in records.evaluation.profiles
        if p.student == student and p.slice.name == ALL
    )


def profiled(records: Lookup, student: str) -> tuple[Profiled, ...]:
    """The profile of every suite of the student that has one."""
    placed = [(suite.name, _placed(records, student, suite.name)) for suite in records.suites()]
    return tuple(_profiled(records, found) for _, found in placed if found and found[0].profile.slice == Slice())


def absent(records: Lookup, student: str) -> Iterator[str]:
    """Why suites of the workload have no profile, a sentence each."""
    card = records.card(student)
    if card is not None and card.role == "base":
        yield "The base is what the students' styles are measured from; it has no profile of its own."
        return
    made = {(p.suite, p.student) for p in records.evaluation.profiles}
    for suite in records.suites():
        whole = records.whole(suite.name, student)
        if whole is None or suite.kind != "workload" or (suite.name, student) in made:
            continue
        counted = wording.number_of(whole.n, "sample")
        few = f"it takes {FEWEST} samples that student and teacher answered, and there are {counted}"
        yield f"{suite.name}: no profile; {few}." if whole.n < FEWEST else f"{suite.name}: no profile. {GONE}"


def _placed(records: Lookup, student: str, suite: str) -> list[Placed]:
    """The whole suite, then its slices, those that the label is worst for first."""
    here = [p for p in records.evaluation.profiles if (p.student, p.suite) == (student, suite)]
    found: dict[Slice, list[Finding]] = {}
    for finding in records.evaluation.findings:
        if (finding.student, finding.suite) == (student, suite):
            found.setdefault(finding.slice, []).append(finding)
    rows = [Placed(place="", profile=p, found=tuple(found.get(p.slice, ()))) for p in here]
    rows.sort(key=_order)
    slices = (row for row in rows if row.profile.slice.name != ALL)
    numbered = [Placed(place=str(n), profile=r.profile, found=r.found) for n, r in enumerate(slices, start=1)]
    whole = [r for r in rows if r.profile.slice.name == ALL]
    return [*(Placed(place=closeness.ALL, profile=r.profile, found=r.found) for r in whole), *numbered]


def _order(row: Placed) -> tuple[object, ...]:
    ranks = ("SUPERFICIAL MIMICRY", "WEAKER", "INCONCLUSIVE", "FAITHFUL")
    strongest = row.strongest
    return ranks.index(row.profile.label), -_excess(strongest) if strongest else 0.0, str(row.profile.slice)


def _is_flagged(finding: Finding) -> bool:
    return finding.group is not None and finding.state == "flagged" and finding.estimate is not None


def _excess(finding: Finding) -> float:
    return finding.estimate.point if finding.estimate else 0.0


def _profiled(records: Lookup, rows: Sequence[Placed]) -> Profiled:
    whole, found = rows[0].profile, [finding for row in rows for finding in row.found]
    drawn = [row for row in rows if row.profile.style.distance is not None and row.looked]
    spots = [_spot(row) for row in drawn]
    close = whole.style.threshold
    return Profiled(
        suite=whole.suite,
        badge=badge(whole.label),
        reason=_sentence(whole.reason),
        surface=surface(whole),
        facts=tuple(_facts(whole.style)),
        fact_note=_sentence(whole.style.reason) if whole.style.reason else "",
        telling=tuple(_telling(whole.style)),
        picture=closeness.picture(spots, close) if spots and close is not None else Markup(""),
        shapes=_shapes(drawn),
        undrawn=", ".join(shorten(str(row.profile.slice)) for row in rows if row not in drawn),
        counted=_counted(rows),
        rows=tuple(_row(records, row, row in drawn) for row in rows[:ROWS_SHOWN]),
        left_out=_left_out(len(rows) - ROWS_SHOWN),
        missing=tuple(_sentence(reason) for reason in whole.missing),
        findings=findings.of_suite(found),
        on_slices=findings.on_slices(found),
        diagnostics=findings.diagnostics(found),
    )


def _counted(rows: Sequence[Placed]) -> str:
    """`2 superficial mimicry, 5 weaker`, of the slices; the whole suite stands above."""
    labels = Counter(row.profile.label for row in rows if row.profile.slice.name != ALL)
    return ", ".join(f"{wording.count(n)} {badge(label).word.lower()}" for label, n in labels.items()) or "no slices"


def _left_out(left: int) -> str:
    more = wording.number_of(left, "more slice")
    return f"{more}: the pages of slices have them, and `viva compare RUN --mimicry` prints them." if left > 0 else ""


def _spot(row: Placed) -> closeness.Spot:
    label, strongest = badge(row.profile.label), row.strongest
    return closeness.Spot(
        place=row.place,
        name=_name(row.profile.slice),
        kind=label.kind,
        label=label.word,
        distance=row.profile.style.distance or 0.0,
        excess=_excess(strongest) if strongest else 0.0,
    )


def _shapes(rows: Sequence[Placed]) -> tuple[Badge, ...]:
    """The labels that occur, as the picture's legend."""
    return tuple(badge(label) for label in dict.fromkeys(row.profile.label for row in rows))


def _facts(style: Style) -> Iterator[tuple[str, Estimate]]:
    limit = "" if style.threshold is None else f" (limit {wording.hundredths(style.threshold)})"
    yield "Style distance", _distance(style, limit)
    yield "Told apart by style", _apart(style)
    if style.recovery and style.capability and style.gap:
        yield "Style recovered", _estimate(style.recovery, wording.percent)
        yield "Accuracy recovered", _estimate(style.capability, wording.percent)
        yield "Mimicry gap, in points", _estimate(style.gap, wording.bare_points)


def _telling(style: Style) -> Iterator[str]:
    """Nothing where the replies cannot be told apart: what weighs most is chance there."""
    if style.auc is not None and style.auc.low is not None and style.auc.low > 0.5:
        yield from (telling(shorten(name, FEATURE_SHOWN), weight) for name, weight in style.telling[:TELLING_SHOWN])


def _row(records: Lookup, row: Placed, is_drawn: bool) -> ProfileRow:
    profile = row.profile
    compared = records.compared.get((profile.suite, profile.student, profile.slice))
    return ProfileRow(
        place=row.place if is_drawn and row.place != closeness.ALL else "",
        name=shorten(_name(profile.slice), NAME_SHOWN),
        n=wording.number_of(compared.n, "item") if compared else "",
        badge=badge(profile.label),
        distance=_distance(profile.style, ""),
        apart=_apart(profile.style),
        flagged=_flagged(row),
        strongest=_strongest(row),
        overrated=_estimate(profile.overrated, wording.bare_points),
        reason=_why(profile),
    )


def _strongest(row: Placed) -> Estimate:
    """A large estimate that is not flagged is told as such: few items prove little, either way."""
    found = row.largest
    if found is None:
        return Estimate(value=wording.DASH, detail="no estimate")
    named = found.detector if _is_flagged(found) else f"{found.detector}, not flagged"
    return Estimate(value=wording.bare_points(_excess(found)), detail=named)


def _name(part: Slice) -> str:
    return "whole suite" if part.name == ALL else str(part)


def _why(profile: Profile) -> str:
    """The reason, and where nothing could be decided what is missing."""
    missing = [_sentence(reason) for reason in profile.missing] if profile.label == "INCONCLUSIVE" else []
    return " ".join([_sentence(profile.reason), *(["Missing:"] if missing else []), *missing])


def _flagged(row: Placed) -> Estimate:
    flagged = ", ".join(GROUPS[group].lower() for group in row.profile.flagged) or "nothing"
    looked = f"of {', '.join(row.looked)}" if row.looked else "nothing could be looked at"
    return Estimate(value=flagged, detail=looked)


def _distance(style: Style, limit: str) -> Estimate:
    if style.distance is None:
        return Estimate(value=wording.DASH, detail=style.reason)
    told = [] if style.close is None else [f"{'close' if style.close else 'not close'}{limit}"]
    if style.floor is not None:
        told.append(f"floor {wording.hundredths(style.floor)}")
    return Estimate(value=wording.hundredths(style.distance), detail=", ".join(told))


def _apart(style: Style) -> Estimate:
    return _estimate(style.auc, wording.hundredths)


def _estimate(interval: Interval | None, write: wording.Write) -> Estimate:
    if interval is None:
        return Estimate(value=wording.DASH, detail="not known")
    span = wording.limits(interval, write)
    return Estimate(value=write(interval.point), detail=f"{wording.level(interval)}: {span}")


def _sentence(reason: str) -> str:
    short = shorten(reason, REASON_SHOWN)
    return wording.sentence(wording.capital(short))
