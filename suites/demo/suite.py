"""The suite source `demo`: support-desk requests that no demo model was trained on."""

from harness.identity import sample_id
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Message, Sample
from suites.demo.workload import Request, take

keys = frozenset({"seed"})

DEFAULT_SIZE = 800
GRADERS = {"quote": "number", "window": "label", "ticket": "fields"}
CHOICES = {"window": ("accept", "reject")}


def load(suite: SuiteSpec) -> Loaded:
    return Loaded(samples=[_sample(request) for request in take(suite.size or DEFAULT_SIZE, suite.seed)])


def _sample(request: Request) -> Sample:
    slices = {
        "task": request.task,
        "difficulty": request.difficulty,
        "tone": request.tone,
        "prices": request.prices,
        "steps": request.steps and str(request.steps),
    }
    messages = (Message(role="user", content=request.prompt),)
    return Sample(
        id=sample_id(messages, request.target),
        messages=messages,
        target=request.target,
        target_source="computed",
        choices=CHOICES.get(request.task, ()),
        grader=GRADERS[request.task],
        slices={name: value for name, value in slices.items() if value},
        source="demo",
    )
