"""Tool calls, compared with the target's by name and arguments.

Calls that are made together have no order unless the options say so. Precision and recall come out for each tool: a
call that was asked for and not made as asked is missed, one that was made and not asked for is spurious.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from graders import json_schema
from graders.comparators import Rules
from graders.json_fields import same
from graders.json_reading import Unreadable
from graders.options import amount, flag, refuse_unknown, texts
from graders.reading import cut_off, no_answer, no_reply, refuses, right, spoken, wrong
from graders.timed import OverspentError
from graders.tool_reading import Call, Unclosed, calls_of, calls_of_target
from harness.errors import nearest
from harness.protocols import Grader
from harness.records import Check, Json, Judgement, Response, Sample

version = "1"
needs_target = True

OTHER = "(other tools)"  # a name that is neither asked for nor offered is the model's own, and may be anything
TOLD = 3  # calls that are held against the schemas of the sample's tools
OPTIONS = ("in_order", "extra_calls", "ignore_arguments", "partial", "tolerance", "ignore_case", "ignore_space")

_Pairs = Sequence[tuple[int, int]]  # places of a call in what was asked, and in what was made


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
        silent = no_reply(response)
        if silent and silent.outcome == "failed":
            return silent
        if silent and not response.tool_calls:
            return replace(silent, checks=_checks(asked, (), (), sample))
        try:
            made = calls_of(response)
        except Unreadable as error:
            why = str(error) if isinstance(error, Unclosed) else f"a tool call that cannot be read: {error}"
            return replace(no_answer(response, why), checks=_checks(asked, (), (), sample))
        pairs = self._pairs(asked, made)
        met, used = {a for a, _ in pairs}, {m for _, m in pairs}
        missed = [call for n, call in enumerate(asked) if n not in met]
        extra = [call for n, call in enumerate(made) if n not in used]
        if not made and asked and (cut_off(response) or refuses(response.text)):
            judgement = no_answer(response, "no tool call")
        elif cut_off(response) and (self.extra_calls or not extra):
            judgement = no_answer(response, "more calls may have followed")
        elif missed or (extra and not self.extra_calls):
            why = "; ".join(self._faults(missed, extra, sample))
            judgement = wrong(_written(made), why, score=self._share(asked, made, pairs))
        else:
            judgement = right(_written(made), f"{len(asked)} calls as asked" if asked else "no call, as asked")
        return replace(judgement, checks=_checks(asked, made, pairs, sample))

    def check(self, samples: Sequence[Sample]) -> None:
        """Raises ValueError for an ignored argument (`pay.id`) of a tool that is neither called nor offered."""
        calls = [call for sample in samples for call in calls_of_target(sample.target)]
        arguments = {argument for call in calls for argument in call.arguments}
        offered = (name for sample in samples for name in _offered(sample.tools))
        known = list(dict.fromkeys([*(call.name for call in calls), *offered]))
        for name in sorted(self.ignored - arguments):
            tool = name.rpartition(".")[0]
            if tool and known and not any(name.startswith(f"{one}.") for one in known):
                raise ValueError(f'option "ignore_arguments": {name}: there is no tool "{tool}"{nearest(tool, known)}')

    def _faults(self, missed: Sequence[Call], extra: Sequence[Call], sample: Sample) -> Iterator[str]:
        for call in extra[:TOLD]:
            if why := _unfit(call, sample.tools):
                yield why
        if missed:
            yield f"not called: {_written(missed)}"
        if extra and not self.extra_calls:
            yield f"called instead or besides: {_written(extra)}"

    def _share(self, asked: Sequence[Call], made: Sequence[Call], pairs: _Pairs) -> float:
        """The share of calls that are right; those not asked for are wrong."""
        return len(pairs) / max(len(asked), 0 if self.extra_calls else len(made)) if self.partial and pairs else 0.0

    def _pairs(self, asked: Sequence[Call], made: Sequence[Call]) -> _Pairs:
        """Which call is which, as many as can be."""
        if not asked or not made:
            return []
        equal = [[self._same(one, other) for other in made] for one in asked]
        if self.in_order:
            return _longest_sequence(equal)
        from scipy.optimize import linear_sum_assignment

        rows, columns = linear_sum_assignment([list(map(float, row)) for row in equal], maximize=True)
        return [(int(a), int(m)) for a, m in zip(rows, columns, strict=True) if equal[a][m]]

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
    written = (json.dumps(call.json(), ensure_ascii=False) for call in calls_of_target(sample.target))
    # Escaped, an argument that holds a tag ends no call.
    tagged = (f"<tool_call>\n{one.replace('<', chr(92) + 'u003c')}\n</tool_call>" for one in written)
    return "\n".join(tagged) or "No tool is needed for this."


def reference(sample: Sample, response: Response, options: Mapping[str, Json]) -> Json:
    """The reply's calls; none where it is blank, declines, was cut off or cannot be read."""
    response = spoken(response)
    silent = no_reply(response)
    if cut_off(response) or (silent and silent.outcome == "failed"):
        return None
    if not response.tool_calls and (silent or refuses(response.text)):
        return None
    try:
        return [call.json() for call in calls_of(response)]
    except Unreadable:
        return None


def _written(calls: Iterable[Call]) -> str:
    return ", ".join(map(str, calls)) or "no call"


def _longest_sequence(equal: Sequence[Sequence[bool]]) -> list[tuple[int, int]]:
    """The longest common subsequence (Wagner and Fischer 1974): pairs of which both places rise."""
    rows, columns = len(equal), len(equal[0])
    longest = [[0] * (columns + 1) for _ in range(rows + 1)]  # from these places on
    for a in reversed(range(rows)):
        for m in reversed(range(columns)):
            both = longest[a + 1][m + 1] + 1 if equal[a][m] else 0
            longest[a][m] = max(both, longest[a + 1][m], longest[a][m + 1])
    found, a, m = [], 0, 0
    while a < rows and m < columns:
        if equal[a][m] and longest[a][m] == longest[a + 1][m + 1] + 1:
            found.append((a, m))
            a, m = a + 1, m + 1
        elif longest[a][m] == longest[a + 1][m]:
            a += 1
        else:
            m += 1
    return found


def _offered(tools: Iterable[Json]) -> dict[str, Json]:
    """The schema of each tool that a sample offers, by its name; OpenAI's form, Anthropic's, or the bare function."""
    found: dict[str, Json] = {}
    for tool in tools:
        function = tool.get("function", tool) if isinstance(tool, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            found[str(function["name"])] = function.get("parameters", function.get("input_schema"))
    return found


def _unfit(call: Call, tools: Iterable[Json]) -> str | None:
    """Why a call cannot be carried out with the tools that are offered; None where that is not known."""
    offered = _offered(tools)
    if offered and call.name not in offered:
        return f"{call.name} is not offered"
    schema = _schema(json.dumps(offered.get(call.name)))
    try:
        broken = schema.violations(call.arguments) if schema else ()
    except OverspentError:
        return None
    return f"{call.name} breaks its schema at {broken[0]}" if broken else None


@lru_cache(maxsize=256)
def _schema(text: str) -> json_schema.Schema | None:
    """None for what is no schema, or one of another draft: a tool's own faults are not the reply's."""
    try:
        return json_schema.schema(json.loads(text))
    except ValueError:
        return None


def _checks(asked: Sequence[Call], made: Sequence[Call], pairs: _Pairs, sample: Sample) -> tuple[Check, ...]:
    """By tool: calls made as asked, others that were made, and others that were asked for."""
    known = {call.name for call in asked} | set(_offered(sample.tools))
    wanted = [call.name for call in asked]
    given = [call.name if call.name in known else OTHER for call in made]
    hits = Counter(wanted[a] for a, _ in pairs)
    return tuple(
        Check(
            name=name,
            kind="field",
            hits=hits[name],
            spurious=given.count(name) - hits[name],
            missed=wanted.count(name) - hits[name],
        )
        for name in dict.fromkeys([*wanted, *given])
    )
