"""The graders by the names that plans and suites use. A grader kind is its module: a `version` and a `make`."""

from graders import choice, code, exact, fields, label, lm_eval, math, number
from harness.protocols import GraderKind

GRADERS: dict[str, GraderKind] = {
    "choice": choice,
    "code": code,
    "exact": exact,
    "fields": fields,
    "label": label,
    "lm_eval": lm_eval,
    "math": math,
    "number": number,
}
