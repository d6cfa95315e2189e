"""What viva costs beyond the engine: `python -m benchmarks.engines.overhead [samples] [rounds]`.

Teacher and one student are loaded once. In every round each contender puts the same samples to both; the texts must
be the same for all. Ratios are of medians over the rounds.
"""

import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.engines.contenders import bare, lm_eval, viva
from benchmarks.engines.loaded import Loaded, plan
from harness.cli import wiring
from harness.workflow import prepare

MODELS = ("teacher", "weaker")
os.environ["HF_HUB_OFFLINE"] = "1"  # lm-eval asks the Hub about models and metrics; none of that is measured here


def main(size: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples = list(prepare(plan(MODELS, size, folder / "store"), {}, wiring.parts()).suites[0].samples)
        times: dict[str, list[float]] = {"bare": [], "viva": [], "viva, answering only": [], "lm-eval": []}
        with Loaded.open(plan(MODELS, size, folder / "store"), folder) as loaded:
            bare(loaded, samples[:100])  # whatever is done only once is done now
            for number in range(rounds):
                round_folder = folder / str(number)
                round_folder.mkdir()
                asked = plan(MODELS, size, round_folder / "store.sqlite")
                texts = []
                loaded.forget_prompts()
                took, found = bare(loaded, samples)
                times["bare"].append(took)
                texts.append(found)
                loaded.forget_prompts()
                took, clock, found = viva(asked, loaded, round_folder / "run")
                times["viva"].append(took)
                times["viva, answering only"].append(sum(t for step, t in clock.steps.items() if "answering" in step))
                texts.append(found)
                loaded.forget_prompts()
                took, found = lm_eval(loaded, samples, round_folder)
                times["lm-eval"].append(took)
                texts.append(found)
                if not all(found == texts[0] for found in texts):
                    raise SystemExit("the contenders did not get the same texts: the times cannot be compared")
    report(size, times)


def report(size: int, times: dict[str, list[float]]) -> None:
    base = median(times["bare"])
    print(f"\n{size} samples, {len(MODELS)} models, {len(times['bare'])} rounds; texts equal", file=sys.stderr)
    for name, took in times.items():
        rounds = ", ".join(f"{t:.1f}" for t in took)
        print(f"{name:22} {median(took):6.1f} s   {median(took) / base:.3f} of bare   ({rounds})", file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
