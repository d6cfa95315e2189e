"""Tool calls, compared with the target's by name and arguments.

Calls that are made together have no order unless the options say so. Precision and recall come out for each tool: a
call that was asked for and not made as asked is missed, one that was made and not asked for is spurious.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graders.comparators import Rules
from graders.json_fields import same
from graders.json_reading import Unreadable
from graders.options import amount, flag, refuse_unknown, texts
from graders.reading import cut_off, no_answer, no_reply, refuses, right, spoken, wrong
from graders.tool_reading import Call, Unclosed, calls_of, calls_of_target
from harness.protocols import Grader
from harness.records import Check, Json, Judgement, Response, Sample

version = "1"
needs_target = True

OTHER = "(other tools)"  # a name that nobody asked for is the model's own, and may be anything
OPTIONS = ("in_order", "extra_calls", "ignore_arguments", "partial", "tolerance", "ignore_case", "ignore_space")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    in_order: bool
    extra_calls: bool
    ignored: frozenset[str]
    partial: bool
    rules: Rules

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        asked = calls_of_target(sample.target)
        response = spoken(response)
        if not response.tool_calls and (silent := no_reply(response)):
            return replace(silent, checks=_checks(asked, (), []))
        if response.failure is not None or response.finish == "error":
            return no_reply(response) or no_answer(response, "no reply")
        try:
            made = calls_of(response)
        except Unclosed as error:
            return replace(no_answer(response, str(error)), checks=_checks(asked, (), []))
        except Unreadable as error:
            return replace(
                no_answer(response, f"a tool call that cannot be read: {error}"), checks=_checks(asked, (), [])
            )
        pairs = self._pairs(asked, made)
        return replace(self._judged(asked, made, pairs, response), checks=_checks(asked, made, pairs))

    def _judged(
        self, asked: Sequence[Call], made: Sequence[Call], pairs: Sequence[tuple[int, int]], response: Response
    ) -> Judgement:
        answer = ", ".join(map(str, made)) or "no call"
        if not made and asked and (cut_off(response) or refuses(response.text)):
            return no_answer(response, "no tool call")
        missed = [str(call) for n, call in enumerate(asked) if n not in {a for a, _ in pairs}]
        extra = [str(call) for n, call in enumerate(made) if n not in {m for _, m in pairs}]
        faults = [f"not called: {', '.join(missed)}"] if missed else []
        if extra and not self.extra_calls:
            faults.append(f"called instead or besides: {', '.join(extra)}")
        if not faults and cut_off(response):
            return no_answer(response, "more calls may have followed")
        if not faults:
            return right(answer, f"{len(asked)} calls as asked" if asked else "no call, as asked")
        longest = max(len(asked), len(asked) if self.extra_calls else len(made))
        return wrong(answer, "; ".join(faults), score=len(pairs) / longest if self.partial and longest else 0.0)

    def _pairs(self, asked: Sequence[Call], made: Sequence[Call]) -> list[tuple[int, int]]:
        """Which call is which, as many as can be: places in what was asked and what was made."""
        if self.in_order:
            return self._in_order(asked, made)
        from scipy.optimize import linear_sum_assignment

        if not asked or not made:
            return []
        equal = [[float(self._same(one, other)) for other in made] for one in asked]
        rows, columns = linear_sum_assignment(equal, maximize=True)
        return [(int(a), int(m)) for a, m in zip(rows, columns, strict=True) if equal[a][m]]

    def _in_order(self, asked: Sequence[Call], made: Sequence[Call]) -> list[tuple[int, int]]:
        """The calls at the same places; where others may come between, each at its first place after the last."""
        if not self.extra_calls:
            return [(n, n) for n, (a, m) in enumerate(zip(asked, made, strict=False)) if self._same(a, m)]
        found: list[tuple[int, int]] = []
        start = 0
        for n, call in enumerate(asked):
            place = next((k for k in range(start, len(made)) if self._same(call, made[k])), None)
            if place is not None:
                found.append((n, place))
                start = place + 1
        return found

    def _same(self, asked: Call, made: Call) -> bool:
        return asked.name == made.name and same(self._kept(made), self._kept(asked), self.rules)

    def _kept(self, call: Call) -> dict[str, Json]:
        return {
            name: value
            for name, value in call.arguments.items()
            if name not in self.ignored and f"{call.name}.{name}" not in self.ignored
        }


def make(options: Mapping[str, Json]) -> Grader:
    refuse_unknown(options, OPTIONS)
    return Tools(
        in_order=flag(options, "in_order", False),
        extra_calls=flag(options, "extra_calls", False),
        ignored=frozenset(texts(options, "ignore_arguments")),
        partial=flag(options, "partial", False),
        rules=Rules(
            ignore_extra=False,
            ignore_case=flag(options, "ignore_case", False),
            ignore_space=flag(options, "ignore_space", False),
            tolerance=amount(options, "tolerance"),
        ),
    )


def gold(sample: Sample) -> str | None:
    """The target's calls in tags; for no call, a sentence."""
    calls = calls_of_target(sample.target)
    written = (json.dumps({"name": call.name, "arguments": call.arguments}, ensure_ascii=False) for call in calls)
    return "\n".join(f"<tool_call>\n{one}\n</tool_call>" for one in written) or "No tool is needed for this."


def reference(sample: Sample, response: Response, options: Mapping[str, Json]) -> Json:
    """The reply's calls; none where it is blank, declines, was cut off or cannot be read."""
    response = spoken(response)
    if cut_off(response) or (not response.tool_calls and (no_reply(response) or refuses(response.text))):
        return None
    try:
        return [{"name": call.name, "arguments": call.arguments} for call in calls_of(response)]
    except Unreadable:
        return None


def _checks(asked: Sequence[Call], made: Sequence[Call], pairs: Sequence[tuple[int, int]]) -> tuple[Check, ...]:
    """By tool: calls made as asked, others that were made, and others that were asked for."""
    known = {call.name for call in asked}
    names = dict.fromkeys([*(call.name for call in asked), *(c.name if c.name in known else OTHER for c in made)])
    hit_asked, hit_made = {a for a, _ in pairs}, {m for _, m in pairs}
    return tuple(
        Check(
            name=name,
            kind="field",
            hits=float(sum(asked[a].name == name for a in hit_asked)),
            spurious=float(
                sum((c.name if c.name in known else OTHER) == name for n, c in enumerate(made) if n not in hit_made)
            ),
            missed=float(sum(call.name == name for n, call in enumerate(asked) if n not in hit_asked)),
        )
        for name in names
    )
