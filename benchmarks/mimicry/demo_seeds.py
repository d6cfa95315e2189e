"""The demo's real students on requests of fresh seeds: what the profile calls each of them, seed by seed.

    python -m benchmarks.mimicry.demo_seeds FOLDER [seeds]

Every seed draws 900 requests that no model was trained on, with a renumbered variant each; the models answer through
vLLM. The shipped demo has seed 7; nothing was tuned on the seeds used here.
"""

import sys
from collections import Counter
from pathlib import Path

import yaml

from harness.cli.main import status
from harness.evaluation import ALL
from harness.runfolder import RunFolder

FIRST_SEED = 501
SHIPPED = Path(__file__).parents[2] / "suites" / "demo"
WANTED = {"honest": ("FAITHFUL", "WEAKER"), "mimic": ("SUPERFICIAL MIMICRY",), "weaker": ("WEAKER",)}


def plan(seed: int) -> dict[str, object]:
    written = yaml.safe_load((SHIPPED / "plan.yaml").read_text("utf-8"))
    models = [written["teacher"], *written["students"], written["base"]]
    for model in models:
        model["model"] = str(SHIPPED / model["model"])
    suite = {
        "name": "desk",
        "source": "demo",
        "size": 900,
        "seed": seed,
        "stress": {"families": ["renumber"], "variants": 1},
    }
    return {**written, "suites": [suite], "store": "./store.sqlite", "mimicry": {"hollow": 0}}


def main(folder: Path, seeds: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    right: Counter[str] = Counter()
    print("| seed | " + " | ".join(WANTED) + " |")
    print("|---|" + "---|" * len(WANTED))
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        path = folder / f"{seed}.yaml"
        path.write_text(yaml.safe_dump(plan(seed)), "utf-8")
        if status(["run", str(path), "-o", str(folder / str(seed)), "-q"]) > 2:
            sys.exit(f"seed {seed}: no run")
        profiles = RunFolder(folder / str(seed)).evaluation().profiles
        labels = {p.student: p.label for p in profiles if p.slice.name == ALL}
        right.update(student for student, wanted in WANTED.items() if labels[student] in wanted)
        print(f"| {seed} | " + " | ".join(labels[student] for student in WANTED) + " |", flush=True)
    print("| as wanted | " + " | ".join(f"{right[student]} of {seeds}" for student in WANTED) + " |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10)
