"""What viva costs beyond the engine: `python -m benchmarks.engines.overhead [samples] [rounds]`.

Teacher and one student are loaded once. In every round each contender puts the same samples to both, in an order that
turns from round to round; the texts must be the same for all. Ratios are taken within a round.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.engines.contenders import bare, lm_eval, viva
from benchmarks.engines.loaded import Loaded, plan
from harness.cli import wiring
from harness.records import Sample
from harness.workflow import prepare

MODELS = ("teacher", "weaker")
ANSWERING = "viva, answering only"
os.environ["HF_HUB_OFFLINE"] = "1"  # lm-eval asks the Hub about models and metrics; none of that is measured here

Texts = dict[str, list[str]]
Times = dict[str, float]


def main(size: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = plan(MODELS, size, folder / "store")
        samples = list(prepare(asked, {}, wiring.parts()).suites[0].samples)
        with Loaded.open(asked, folder) as loaded:
            bare(loaded, samples[:100])  # whatever is done only once is done now
            found = [_round(number, loaded, samples, folder / str(number)) for number in range(rounds)]
    _report(size, found)


def _round(number: int, loaded: Loaded, samples: list[Sample], folder: Path) -> Times:
    """Seconds by contender."""
    folder.mkdir()
    times: Times = {}

    def by_viva() -> tuple[float, Texts]:
        took, clock, texts = viva(plan(MODELS, len(samples), folder / "store.sqlite"), loaded, folder / "run")
        times[ANSWERING] = sum(seconds for step, seconds in clock.steps.items() if "answering" in step)
        return took, texts

    contenders: list[tuple[str, Callable[[], tuple[float, Texts]]]] = [
        ("bare", lambda: bare(loaded, samples)),
        ("viva", by_viva),
        ("lm-eval", lambda: lm_eval(loaded, samples, folder)),
    ]
    texts: list[Texts] = []
    turn = number % len(contenders)
    for name, run in contenders[turn:] + contenders[:turn]:
        loaded.forget_prompts()
        times[name], found = run()
        texts.append(found)
    if any(found != texts[0] for found in texts):
        raise SystemExit("the contenders did not get the same texts: the times cannot be compared")
    return times


def _report(size: int, rounds: list[Times]) -> None:
    print(f"{size} samples, {len(MODELS)} models, {len(rounds)} rounds; texts equal")
    for name in ("bare", "viva", ANSWERING, "lm-eval"):
        took = [times[name] for times in rounds]
        ratios = [times[name] / times["bare"] for times in rounds]
        told = ", ".join(f"{t:.1f}" for t in took)
        print(f"{name:22} {median(took):6.1f} s   {median(ratios):.3f} of bare   ({told})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
