"""Which engines, graders, suite sources and reporter a name means. The only place that imports all four packages."""

from graders.mimicry.hollow import asked_again
from graders.mimicry.profile import profile
from graders.registry import GRADERS, fault, fault_of_options
from harness.engines.openai import OpenaiKind
from harness.engines.scripted import ScriptedKind
from harness.engines.vllm import VllmKind
from harness.plan_file import Known
from harness.workflow import Parts
from reports import changes
from reports.markdown import markdown
from reports.render import write_report
from reports.single import write_single
from suites import lm_eval, rows_suite
from suites.benchmarks import aime2024, gpqa_diamond, livecodebench, math500
from suites.demo import suite as demo_suite
from suites.production import frozen
from suites.stress.vary import FAMILIES, vary

CHANGES = changes.NAME  # the page of a report that tells what changed since an earlier run


def parts() -> Parts:
    return Parts(
        engines={"vllm": VllmKind(), "openai": OpenaiKind(), "scripted": ScriptedKind()},
        graders=GRADERS,
        sources={
            "rows": rows_suite,
            "frozen": frozen,
            "math500": math500,
            "aime2024": aime2024,
            "gpqa_diamond": gpqa_diamond,
            "livecodebench": livecodebench,
            "lm_eval": lm_eval,
            "demo": demo_suite,
        },
        vary=vary,
        profile=profile,
        follow_ups=asked_again,
        report=write_report,
        report_file=write_single,
        summarise=markdown,
        is_own_grader=GRADERS.is_own,
    )


def known(with_parts: Parts) -> Known:
    return Known(
        engines={name: kind.fault for name, kind in with_parts.engines.items()},
        graders=fault,
        options=fault_of_options,
        sources={name: source.keys for name, source in with_parts.sources.items()},
        families=tuple(FAMILIES),
    )
