"""The demo's models, loaded once and used by every contender, so that nobody's time holds a model's loading."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from harness.engines.vllm import VllmEngine, VllmKind
from harness.plan import DecodingSpec, ModelSpec, Plan, SuiteSpec
from harness.progress import Advance
from harness.records import Sample

MODELS = Path(__file__).parents[2] / "suites" / "demo" / "models"
MAX_TOKENS = 120
ARGS = {"dtype": "float32", "max_model_len": 256, "enforce_eager": True}


def plan(names: Sequence[str], size: int, store: Path) -> Plan:
    """A teacher and its students on so many samples of the demo, greedy."""
    specs = [ModelSpec(name=name, model=str(MODELS / name), args=ARGS) for name in names]
    return Plan(
        teacher=specs[0],
        students=tuple(specs[1:]),
        suites=(SuiteSpec(name="desk", source="demo", size=size, seed=11),),
        decoding=DecodingSpec(max_tokens=MAX_TOKENS),
        store=str(store),
    )


@dataclass(slots=True)
class Loaded:
    """An engine kind that hands out models which are loaded already. Opening it loads them."""

    engines: dict[str, VllmEngine] = field(default_factory=dict)
    kind: VllmKind = field(default_factory=VllmKind)

    @classmethod
    @contextmanager
    def open(cls, plan: Plan, logs: Path) -> "Iterator[Loaded]":
        with ExitStack() as stack:
            loaded = cls()
            for _, spec in plan.models():
                loaded.engines[spec.name] = stack.enter_context(loaded.kind.load(spec, logs / f"{spec.name}.log"))
            yield loaded

    def fault(self, model: ModelSpec) -> str | None:
        return self.kind.fault(model)

    def fingerprint(self, model: ModelSpec) -> str:
        return self.kind.fingerprint(model)

    def check_ready(self, model: ModelSpec) -> None:
        self.kind.check_ready(model)

    @contextmanager
    def load(self, model: ModelSpec, log_file: Path) -> Iterator[VllmEngine]:
        yield self.engines[model.name]

    def forget_prompts(self) -> None:
        """Empty the prefix caches, so that no contender profits from the one before."""
        for engine in self.engines.values():
            engine.llm.reset_prefix_cache()


@dataclass(slots=True)
class Clock:
    """A progress that times the steps it is told of, in seconds."""

    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, label: str, total: int | None) -> Iterator[Advance]:
        began = perf_counter()
        yield lambda units: None
        self.steps[label] = self.steps.get(label, 0.0) + perf_counter() - began


def prompts(engine: VllmEngine, samples: Sequence[Sample]) -> list[str]:
    """The samples as the model's chat template writes them."""
    tokenizer = engine.llm.get_tokenizer()
    return [
        tokenizer.apply_chat_template(
            [{"role": m.role, "content": m.content} for m in sample.messages],
            add_generation_prompt=True,
            tokenize=False,
        )
        for sample in samples
    ]
