"""Workloads that own the template of their prompts, and so make variants that nobody else could be certain of.

A sample belongs to one by its `source`. What a template makes takes the place of the general family of that name.
"""

from collections.abc import Mapping

from harness.records import Sample
from suites.demo.variants import VARIANTS as DEMO
from suites.stress.making import Family

TEMPLATES: Mapping[str, Mapping[str, Family]] = {"demo": DEMO}


def of_template(sample: Sample, family: str) -> Family | None:
    """What the sample's own template makes in this family, if it has one."""
    return TEMPLATES.get(sample.source or "", {}).get(family)
