import subprocess
import sys
from pathlib import Path

import pytest

from graders.registry import GRADERS
from harness.records import Response, Sample

ROOT = Path(__file__).parents[2]
GOLDS = {
    "exact": Sample(id="1", messages=(), target="7"),
    "fields": Sample(id="1", messages=(), target='{"a": 7}'),
    "label": Sample(id="1", messages=(), target="7", choices=("7", "8")),
    "number": Sample(id="1", messages=(), target="7"),
}


def reply(text: str, **more: object) -> Response:
    return Response(key="k", model="m", text=text, **more)  # type: ignore[arg-type]  # any field of a response


def test_every_grader_has_a_version_and_names_what_it_does_not_know():
    assert set(GOLDS) <= set(GRADERS)
    for name, kind in GRADERS.items():
        assert kind.version, name
        with pytest.raises(ValueError, match='unknown option "colour"'):
            kind.make({"colour": "red"})


@pytest.mark.parametrize("name", GOLDS)
def test_outcomes_without_an_answer_are_told_apart_alike(name):
    judge, sample = GRADERS[name].make({}), GOLDS[name]
    apology = "I\u2019m sorry, but I can\u2019t help with that."
    assert judge(sample, reply(str(sample.target), finish="stop")).outcome == "correct"
    assert judge(sample, reply("", finish="stop")).outcome == "unparsed"
    assert judge(sample, reply("", finish="length")).outcome == "truncated"
    assert judge(sample, reply("", reasoning=str(sample.target))).outcome == "unparsed"
    assert judge(sample, reply(str(sample.target), finish="refusal")).outcome == "refused"
    assert judge(sample, reply(apology)).outcome == "refused"
    assert judge(sample, reply(str(sample.target), finish="error")).outcome == "failed"
    failed = judge(sample, reply("", failure="server gone"))
    assert (failed.outcome, failed.score, failed.reason) == ("failed", None, "server gone")


def test_naming_the_graders_loads_nothing_heavy():
    script = "import sys, graders.registry; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {"torch", "vllm", "datasets", "pandas", "sklearn", "numpy", "sympy"} & set(loaded.split())
