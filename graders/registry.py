"""The graders by the names that plans and suites use. A grader kind is its module: a `version` and a `make`."""

from graders import exact, fields, label, number
from harness.protocols import GraderKind

GRADERS: dict[str, GraderKind] = {"exact": exact, "fields": fields, "label": label, "number": number}
