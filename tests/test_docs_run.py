"""Every `viva` command line of README and docs runs, in a folder that holds what the pages speak of."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from harness.cli.main import status

ROOT = Path(__file__).parents[1]
PAGES = [p for p in sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")])]
QUESTIONS = 40
TOWNS = ("Oslo", "Lima", "Kyoto", "Porto")
PLAN = """name: ticket routing
teacher: {name: teacher, engine: scripted, model: teacher.jsonl}
students:
  - {name: small, engine: scripted, model: small.jsonl}
  - {name: tiny, engine: scripted, model: tiny.jsonl}
suites:
  - name: tickets
    path: tickets.jsonl
    map: {id: id, prompt: text, target: queue, slices: [language]}
    grader: exact
"""
MAP = """sample: {id: id, prompt: text, target: queue}
responses: {large: large.text, small: small.text}
grader: exact
"""
GSM8K = ("175b_verification", "175b_finetuning", "6b_verification", "6b_finetuning")


def lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def tickets(folder: Path) -> None:
    """A plan with its data and replies, rows of existing answers with their map, and a policy."""
    rows = [
        {
            "id": f"ticket-{1030 + n}",
            "text": f"Ticket {n}: where is my parcel?",
            "queue": ("billing", "returns")[n % 2],
            "language": ("en", "de")[n % 3 == 0],
        }
        for n in range(QUESTIONS)
    ]
    lines(folder / "tickets.jsonl", rows)
    for name, wrong in (("teacher", 0), ("small", 2), ("tiny", 20)):
        replies = [{"prompt": r["text"], "reply": "?" if n < wrong else r["queue"]} for n, r in enumerate(rows)]
        lines(folder / f"{name}.jsonl", replies)
    answers = [r | {"large": {"text": r["queue"]}, "small": {"text": r["queue"]}} for r in rows]
    lines(folder / "answers.jsonl", answers)
    (folder / "map.yaml").write_text(MAP)
    (folder / "plan.yaml").write_text(PLAN)
    (folder / "strict.yaml").write_text("margin_points: 1\n")


def gsm8k(folder: Path) -> None:
    """Rows in the schema of the published solutions."""
    rows = [
        {"question": f"What is {n} and 1?", "ground_truth": f"It is {n + 1}.\nA: {n + 1}"}
        | {model: {"solution": f"So it is.\nA: {n + (n > skill)}"} for skill, model in enumerate(GSM8K)}
        for n in range(QUESTIONS)
    ]
    lines(folder / "example_model_solutions.jsonl", rows)
    (folder / "examples" / "gsm8k").mkdir(parents=True)
    shutil.copy(ROOT / "examples" / "gsm8k" / "map.yaml", folder / "examples" / "gsm8k")


def published(folder: Path) -> None:
    shutil.copytree(ROOT / "examples" / "deepseek-r1", folder / "examples" / "deepseek-r1")


def lm_eval_logs(folder: Path) -> None:
    for place, model in (("results", "lab"), ("out", "acme")):
        for size in ("large", "small"):
            stamp = "2026-01-01T00-00-00.000000"
            header = {"model_name": f"{model}/{size}", "results": {"qa": {"exact_match,none": 1.0}}}
            rows: list[dict[str, object]] = [
                {
                    "doc_id": n,
                    "doc": {"q": f"{n}?"},
                    "target": f"{n}",
                    "arguments": {"gen_args_0": {"arg_0": f"{n}?"}},
                    "resps": [[f"{n}"]],
                    "filtered_resps": [f"{n}"],
                    "filter": "none",
                    "metrics": ["exact_match"],
                    "exact_match": 1.0,
                }
                for n in range(QUESTIONS)
            ]
            lines(folder / place / size / f"samples_qa_{stamp}.jsonl", rows)
            (folder / place / size / f"results_{stamp}.json").write_text(json.dumps(header))


def traffic(folder: Path) -> None:
    """A log, training data with some of its requests, and a suite built from the log."""
    asked = [f"Ticket {n}: where is my parcel, and when will it come to {place}?" for n in range(30) for place in TOWNS]
    for name, texts in (("logs", asked), ("train", asked[:40] + [f"{text} Please." for text in asked[40:]])):
        rows: list[dict[str, object]] = [{"messages": [{"role": "user", "content": text}]} for text in texts]
        lines(folder / f"{name}.jsonl", rows)
    (folder / "targets.yaml").write_text("rules:\n  - {when: parcel, target: shipping}\n")
    words = ["suite", "build", "logs.jsonl", "-o", "suites/support", "--size", "40", "--grader", "exact", "-q"]
    assert status(words) == 0


def inspect_logs(folder: Path) -> None:
    from inspect_ai import log, model, scorer  # noqa: TID253  # the logs are written by Inspect itself

    for name in ("openai/large", "google/large", "openai/small"):
        samples = [
            log.EvalSample(
                id=n,
                epoch=1,
                input=f"{n}?",
                target=f"{n}",
                output=model.ModelOutput.from_content(name, f"{n}"),
                scores={"match": scorer.Score(value="C")},
                metadata={"level": n % 2},
            )
            for n in range(QUESTIONS)
        ]
        spec = log.EvalSpec(
            model=name,
            task="qa",
            created="2026-03-01T10:00:00+00:00",
            dataset=log.EvalDataset(name="qa"),
            config=log.EvalConfig(),
        )
        path = folder / "logs" / f"{name.replace('/', '-')}.eval"
        path.parent.mkdir(exist_ok=True)
        log.write_eval_log(log.EvalLog(status="success", eval=spec, samples=samples), path.as_posix())


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whatever the pages name, with the runs that they take for granted."""
    folder = tmp_path_factory.mktemp("docs")
    for make in (tickets, gsm8k, published, lm_eval_logs, inspect_logs):
        make(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        traffic(folder)
        for run in ("runs/latest", "runs/nightly"):
            assert status(["run", "plan.yaml", "-o", run, "-q"]) == 1
    shutil.copytree(folder / ".viva", folder / "evaluations" / ".viva")
    return folder


def commands(page: Path) -> list[list[str]]:
    """The arguments of every `viva ...` of a page's fences, up to a pipe or a redirection."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words and words[0] == "viva":
                found.append(words[1 : words.index(">") if ">" in words else None])
    return found


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_example_of_a_page_runs(
    page: Path, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "here"
    shutil.copytree(sound, here)
    monkeypatch.chdir(here)
    for arguments in commands(page):
        if arguments[0] == "init":  # the page begins with nothing; what follows needs a plan that was edited
            (here / arguments[-1]).unlink(missing_ok=True) if len(arguments) > 1 else (here / "plan.yaml").unlink()
        if "--generate" in arguments:  # loads a model: tested where vLLM is, in a process of its own
            arguments = [word for word in arguments if word != "--generate"]
        code = status(list(arguments))
        assert code in (0, 1, 2), f"viva {' '.join(arguments)}: {code}\n{capfd.readouterr().err}"
        if arguments[0] == "init":
            (here / "plan.yaml").write_text(PLAN)


def test_the_pages_hold_examples_enough() -> None:
    assert sum(len(commands(page)) for page in PAGES) > 30
    assert {c[0] for page in PAGES for c in commands(page)} >= {"run", "import", "gate", "store", "doctor", "grade"}


@pytest.mark.parametrize("wrong", ["run plans.yaml", "compare runs/late", "import a --teacher b -o c"])
def test_an_example_that_does_not_run_would_be_noticed(
    wrong: str, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sound)
    assert status(wrong.split()) not in (0, 1, 2)
