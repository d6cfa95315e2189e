"""MATH-500: 500 competition problems with answers to be worked out (Lightman et al. 2023, of Hendrycks et al. 2021)."""

from itertools import islice

from harness.identity import sample_id
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Decoding, Sample
from suites.benchmarks.hub import KEYS, DataSet, copy_of, field, text
from suites.benchmarks.prompting import asked
from suites.rows import Row, as_text

keys = KEYS

DATA = DataSet(id="HuggingFaceH4/MATH-500", files=("test.jsonl",), licence="MIT (MATH)")


def load(suite: SuiteSpec) -> Loaded:
    copy = copy_of(DATA, suite)
    return Loaded(
        public=True,
        samples=[_sample(row, where) for where, row in islice(copy.rows(), suite.size)],
        grader="math",
        decoding=Decoding(max_tokens=32768),
        origin=copy.origin,
        notes=("MATH-500 has been public since 2021, and models may have been trained on it.",),
    )


def _sample(row: Row, where: str) -> Sample:
    messages = asked("math", problem=text(row, ("problem", "Problem", "question"), where))
    answer = text(row, ("answer", "Answer"), where)
    slices = {
        "subject": text(row, ("subject", "Subject", "type"), where),
        "level": text(row, ("level", "Level"), where).removeprefix("Level "),
    }
    name = as_text(field(row, ("unique_id",), where)) if "unique_id" in row else None
    return Sample(
        id=name or sample_id(messages, answer, ()),
        messages=messages,
        target=answer,
        target_source="gold",
        slices=slices,
        source=DATA.id,
    )
