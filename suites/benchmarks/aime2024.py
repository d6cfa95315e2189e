"""AIME 2024: the 30 problems of two contests, each answered by a whole number from 0 to 999."""

import re
from itertools import islice

from harness.errors import DataError
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Decoding, Sample
from suites.benchmarks.hub import KEYS, DataSet, copy_of, text
from suites.benchmarks.prompting import asked
from suites.rows import Row, as_text

keys = KEYS

DATA = DataSet(
    id="HuggingFaceH4/aime_2024",
    files=("*.parquet", "*.jsonl"),
    licence="none stated; the problems belong to the contest",
)
REPEATS = 16

_BY_URL = re.compile(r"(\d{4})_AIME_(I{1,2})_Problems/Problem_(\d{1,2})")
_BY_ID = re.compile(r"(\d{4})-(I{1,2})-(\d{1,2})")


def load(suite: SuiteSpec) -> Loaded:
    copy = copy_of(DATA, suite)
    return Loaded(
        public=True,
        samples=[_sample(row, where) for where, row in islice(copy.rows(), suite.size)],
        grader="math",
        decoding=Decoding(temperature=0.6, top_p=0.95, max_tokens=32768),
        repeats=REPEATS,
        origin=copy.origin,
        notes=("AIME 2024 has 30 problems: however often each is asked, only large differences can be told.",),
    )


def _sample(row: Row, where: str) -> Sample:
    year, contest, number = _place(row, where)
    answer = text(row, ("answer", "Answer"), where).strip()
    if not answer.isdecimal() or int(answer) > 999:
        raise DataError(f"{where}: the answer {answer!r} is no whole number from 0 to 999")
    return Sample(
        id=f"{year}-{contest}-{number}",
        messages=asked("aime", problem=text(row, ("problem", "Problem", "question"), where)),
        target=str(int(answer)),  # 073 is 73
        target_source="gold",
        slices={"contest": contest},
        source=DATA.id,
    )


def _place(row: Row, where: str) -> tuple[str, str, str]:
    """Year, contest and number of a problem, from its link or its id."""
    for name, pattern in (("url", _BY_URL), ("ID", _BY_ID), ("id", _BY_ID)):
        if match := pattern.search(as_text(row.get(name)) or ""):
            if match[1] != "2024":
                raise DataError(f"{where}: a problem of {match[1]}; this suite is AIME 2024")
            return match[1], match[2], str(int(match[3]))
    raise DataError(
        f"{where}: neither `url` nor `ID` names the contest, such as 2024-II-4; is this the right data set?"
    )
