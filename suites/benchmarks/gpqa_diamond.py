"""GPQA Diamond: 198 questions of graduate science, four options each (Rein et al. 2023).

The right option comes first in the data. Each question's options are shuffled by a seed made of its id, so that every
model and every run sees the same order.
"""

import random
from itertools import islice
from string import ascii_uppercase

from harness.identity import sample_id
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Decoding, Sample
from suites.benchmarks.hub import KEYS, DataSet, copy_of, text
from suites.benchmarks.prompting import asked
from suites.rows import Row, as_text

keys = KEYS

DATA = DataSet(id="Idavidrein/gpqa", files=("gpqa_diamond.csv",), licence="CC BY 4.0", gated=True)

_OPTIONS = ("Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3")


def load(suite: SuiteSpec) -> Loaded:
    copy = copy_of(DATA, suite)
    return Loaded(
        public=True,
        samples=[_sample(row, where) for where, row in islice(copy.rows(), suite.size)],
        grader="choice",
        decoding=Decoding(max_tokens=32768),
        origin=copy.origin,
        notes=("GPQA asks that its questions are not published: keep reports with their texts to yourselves.",),
    )


def _sample(row: Row, where: str) -> Sample:
    question = text(row, ("Question", "question"), where).strip()
    right, *others = (text(row, (name,), where).strip() for name in _OPTIONS)
    name = as_text(row.get("Record ID")) or sample_id((), [question, right], tuple(others))
    order = [right, *others]
    random.Random(f"gpqa {name}").shuffle(order)
    listed = "\n".join(f"({letter}) {option}" for letter, option in zip(ascii_uppercase, order, strict=False))
    return Sample(
        id=name,
        messages=asked("options", question=question, options=listed),
        target=ascii_uppercase[order.index(right)],
        target_source="gold",
        choices=tuple(order),
        slices={
            "domain": text(row, ("High-level domain",), where),
            "subdomain": as_text(row.get("Subdomain")) or "(none)",
        },
        source=DATA.id,
    )
