"""Wrong turns, each tried as a stranger would take it: one line that names place and mend, the exit code, no trace.

Every case starts in a folder of its own with a sound plan, data and a finished run, breaks one thing and calls viva in
a process of its own.
"""

import fcntl
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLAN = """name: sums
teacher: {name: teacher, engine: scripted, model: teacher.jsonl}
students:
  - {name: small, engine: scripted, model: small.jsonl}
suites:
  - name: sums
    path: sums.jsonl
    map: {id: id, prompt: question, target: answer, slices: [level]}
    grader: number
gate: {margin_points: 5}
"""
MAP = """sample: {id: id, prompt: question, target: answer}
responses: {large: large.text, small: small.text}
grader: number
"""
Break = Callable[[Path], object]


def nothing(folder: Path) -> None:
    """The command itself is wrong."""


def plan(old: str, new: str) -> Break:
    return replacing("plan.yaml", old, new)


def replacing(name: str, old: str, new: str) -> Break:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return change


def grader(name: str, options: str) -> Break:
    """Another grader for the suite, with options of its own on the line below."""
    return plan("grader: number", f"grader: {name}\n    grader_options: {options}")


def both(first: Break, second: Break) -> Break:
    def change(folder: Path) -> None:
        first(folder)
        second(folder)

    return change


def in_policy(words: str) -> Break:
    """A policy beside the plan, and data to import under it."""
    return writing("policy.yaml", f"{words}\n")


def frozen_suite(words: str) -> Break:
    """A second suite in the plan."""
    return plan("gate:", f"  - {{name: f, {words}, grader: number}}\ngate:")


def chat_log(folder: Path) -> None:
    rows = [{"messages": [{"role": "user", "content": f"Where is parcel {n}?"}]} for n in range(24)]
    (folder / "chat.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def writing(name: str, text: str) -> Break:
    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text)

    return write


def newer_store(folder: Path) -> None:
    (folder / ".viva").mkdir(exist_ok=True)
    with sqlite3.connect(folder / ".viva" / "store.sqlite") as database:
        database.execute("PRAGMA user_version=99")


def foreign_database(folder: Path) -> None:
    with sqlite3.connect(folder / "theirs.db") as database:
        database.execute("CREATE TABLE customers (name TEXT)")


def lm_eval(folder: Path, **rows: object) -> None:
    """Output folders of two models at one task."""
    for model in ("large", "small"):
        (folder / model).mkdir()
        stamp = "2026-01-01T00-00-00.000000"
        header = {"model_name": model, "results": {"qa": {"exact_match,none": 1.0}}}
        row = {"doc_id": 0, "doc": {"q": "2+2?"}, "target": "4", "filter": "none", "resps": [["4"]]}
        row |= {"arguments": {"gen_args_0": {"arg_0": "2+2?"}}, "filtered_resps": ["4"], "exact_match": 1.0, **rows}
        (folder / model / f"results_{stamp}.json").write_text(json.dumps(header))
        (folder / model / f"samples_qa_{stamp}.jsonl").write_text(json.dumps(row) + "\n")


def lm_eval_cut_off(folder: Path) -> None:
    lm_eval(folder)
    (samples,) = (folder / "small").glob("samples_*")
    samples.write_text(samples.read_text()[:-20])


def lm_eval_without_samples(folder: Path) -> None:
    lm_eval(folder)
    for samples in folder.glob("*/samples_*"):
        samples.unlink()


def lm_eval_of_a_corpus(folder: Path) -> None:
    lm_eval(folder, exact_match=[1, 2])


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is broken, the command, and what must be said."""

    broken: Break = nothing
    command: str
    says: str
    code: int = 64


RUN, IMPORT = "run plan.yaml -o new", "import rows.jsonl --map map.yaml --teacher large -o new"
LM_EVAL = "import --lm-eval large small --teacher large -o new"
CASES = {
    # the command
    "no such command": Case(command="runn plan.yaml", says='no command "runn"; did you mean "run"? (`viva --help`'),
    "no such option": Case(command="run plan.yaml --quite", says="no such option '--quite'"),
    "no plan": Case(command="run", says="missing argument 'PLAN' (`viva run --help` tells more)"),
    "a limit of nothing": Case(command="run plan.yaml --limit 0", says="0 is not in the range x>=1"),
    "a limit that is no number": Case(command="run plan.yaml --limit few", says="'few' is not a valid integer"),
    "no plan there": Case(command="run plans.yaml", says="plans.yaml: cannot be read (No such file or directory)"),
    "a folder for a plan": Case(command="run .", says=".: cannot be read (Is a directory)"),
    # the plan
    "an empty plan": Case(broken=writing("plan.yaml", ""), command=RUN, says="plan.yaml: the file is empty"),
    "not YAML": Case(broken=plan("gate: {", "gate: {{"), command=RUN, says="not valid YAML: expected"),
    "binary": Case(
        broken=lambda f: (f / "plan.yaml").write_bytes(b"\xff\xfe"), command=RUN, says="plan.yaml: not UTF-8 text"
    ),
    "an unknown key": Case(
        broken=plan("margin_points", "margin_point"),
        command=RUN,
        says='plan.yaml:10: unknown key "gate.margin_point"; did you mean "margin_points"?',
    ),
    "a key twice": Case(
        broken=plan("name: sums\n", "name: sums\nname: sums\n"),
        command=RUN,
        says='plan.yaml:2: the key "name" stands already in line 1',
    ),
    "no teacher": Case(broken=plan("teacher: {", "base: {"), command=RUN, says='the key "teacher" is missing'),
    "a negative margin": Case(
        broken=plan("points: 5", "points: -5"), command=RUN, says='plan.yaml:10: "gate.margin_points": input should be'
    ),
    "a margin that is no number": Case(
        broken=plan("points: 5", "points: .nan"),
        command=RUN,
        says="plan.yaml:10: not valid YAML: no float (it must be finite)",
    ),
    "an argument that is not finite": Case(
        broken=plan("model: small.jsonl", "model: small.jsonl, args: {x: -.inf}"), command=RUN, says="plan.yaml:4:"
    ),
    "a zero byte in a path": Case(
        broken=plan("model: small.jsonl", 'model: "./\\0"'), command=RUN, says="plan.yaml:4: not valid YAML"
    ),
    "nobody's home": Case(
        broken=plan("engine: scripted, model: small.jsonl", "model: ~nobodyx/foo"), command=RUN, says="is not there"
    ),
    "two slices of one name": Case(
        broken=plan("slices: [level]", "slices: [level, meta.level]"),
        command=RUN,
        says="two slices end in the same word",
    ),
    "repeats without end": Case(
        broken=plan("gate:", "repeats: 1000000000000\ngate:"), command=RUN, says='"repeats": input should be less than'
    ),
    "a key pasted where its name belongs": Case(
        broken=plan(
            "engine: scripted, model: teacher.jsonl", "engine: openai, model: m, endpoint: {key_env: sk-s3cret}"
        ),
        command=RUN,
        says='"teacher.endpoint.key_env": give the name of an environment variable, not a key',
    ),
    "a URL with a blank": Case(
        broken=plan(
            "engine: scripted, model: teacher.jsonl",
            "engine: openai, model: m, endpoint: {url: 'http://local host/v1'}",
        ),
        command=RUN,
        says="is no http(s) URL",
    ),
    "an endpoint for recited replies": Case(
        broken=plan("model: small.jsonl", "model: small.jsonl, endpoint: {}"),
        command=RUN,
        says="`endpoint` means nothing to replies that are recited",
    ),
    "a chat template that is not there": Case(
        broken=plan("engine: scripted, model: small.jsonl", "model: org/small, chat_template: ~/no.jinja"),
        command=RUN,
        says="no.jinja is not there; give a Jinja file",
    ),
    "an unknown engine": Case(
        broken=plan("engine: scripted", "engine: scriptd"),
        command=RUN,
        says='plan.yaml:2: engine "scriptd" is unknown; did you mean "scripted"?',
    ),
    "an unknown grader": Case(
        broken=plan("grader: number", "grader: numbr"),
        command=RUN,
        says='plan.yaml:9: grader "numbr" is unknown; did you mean "number"?',
    ),
    "two models of one name": Case(
        broken=plan("name: small", "name: teacher"), command=RUN, says='plan.yaml:4: two models are called "teacher"'
    ),
    "an incumbent that is no student": Case(
        broken=plan("gate:", "incumbent: smal\ngate:"),
        command=RUN,
        says='plan.yaml:10: incumbent "smal" is none of the students; did you mean "small"?',
    ),
    "a critical slice that nothing has": Case(
        broken=plan("points: 5", "points: 5, critical: [levl]"),
        command=RUN,
        says='plan.yaml:10: the gate names "levl", which is no suite or slice of this evaluation; did you mean',
    ),
    "a cap of an outcome that there is not": Case(
        broken=plan("points: 5", "points: 5, caps: {refusd: 1}"),
        command=RUN,
        says='plan.yaml:10: unknown key "gate.caps.refusd"; did you mean "refused"?',
    ),
    "a cap of a slice that nothing has": Case(
        broken=plan("points: 5", "points: 5, caps: {slices: {levl: {refused: 1}}}"),
        command=RUN,
        says='the gate names "levl", which is no suite or slice of this evaluation',
    ),
    "a limit that limits nothing": Case(
        broken=plan("points: 5", "points: 5, limits: {latency_s: {}}"),
        command=RUN,
        says="give `at_most`, an amount, or `of_teacher`, a multiple of the teacher's",
    ),
    "evidence that counts for months": Case(
        broken=plan("points: 5", "points: 5, valid_for: 6 months"),
        command=RUN,
        says='plan.yaml:10: "gate.valid_for": give a number of days with a d behind it, such as 180d',
    ),
    "a waiver that nobody answers for": Case(
        broken=plan("points: 5", "points: 5, waivers: [{waive: level, why: rare, until: 2027-01-31}]"),
        command=RUN,
        says='plan.yaml:10: the key "gate.waivers[1].who" is missing',
    ),
    "a waiver of a slice that nothing has": Case(
        broken=writing("policy.yaml", "waivers: [{waive: levl, who: Mia, why: rare, until: 2027-01-31}]\n"),
        command="gate done --policy policy.yaml",
        says='policy.yaml:1: the gate names "levl", which is no suite or slice of this evaluation; did you mean',
    ),
    "a misspelt critical slice in a policy": Case(
        broken=in_policy("margin_points: 5\ncritical:\n- sums\n- level=hrad"),
        command="gate done --policy policy.yaml",
        says='policy.yaml:4: the gate names "level=hrad", which is no suite or slice of this evaluation; did you mean'
        ' "level=hard"?',
    ),
    "a misspelt critical slice in a policy, when grading": Case(
        broken=in_policy("margins: {sumz: 2}"),
        command="grade done --policy policy.yaml",
        says='policy.yaml:1: the gate names "sumz", which is no suite or slice of this evaluation; did you mean',
    ),
    "a misspelt costly slice, when sizing": Case(
        broken=plan("{margin_points: 5}", "\n  costly:\n  - {slice: levl, per_error: 2}"),
        command="size plan.yaml",
        says='plan.yaml:12: the gate names "levl", which is no suite or slice of this evaluation',
    ),
    "a waiver for nobody": Case(
        broken=plan(
            "points: 5",
            "points: 5, waivers: [{waive: level, student: smal, who: Mia, why: rare, until: 2027-01-31}]",
        ),
        command=RUN,
        says='plan.yaml:10: "smal" is none of the students; did you mean "small"?',
    ),
    "terms that are neither": Case(
        broken=plan("model: teacher.jsonl", "model: teacher.jsonl, distillation: perhaps"),
        command=RUN,
        says="plan.yaml:2: \"teacher.distillation\": input should be 'allowed', 'forbidden' or 'unknown'",
    ),
    # the models
    "a model folder that is not there": Case(
        broken=plan("engine: scripted, model: small.jsonl", "model: ./small"),
        command=RUN,
        says="small is not there; give a folder with weights",
    ),
    "a model folder without a model": Case(
        broken=lambda f: ((f / "small").mkdir(), plan("engine: scripted, model: small.jsonl", "model: ./small")(f)),
        command=RUN,
        says="holds no config.json; give a folder in Hugging Face format",
    ),
    "replies that are not there": Case(
        broken=lambda f: (f / "small.jsonl").unlink(),
        command=RUN,
        says='plan.yaml:4: model "small": the file of replies small.jsonl is not there',
    ),
    "a key that is not in the environment": Case(
        broken=plan(
            "engine: scripted, model: teacher.jsonl",
            "engine: openai, model: m, endpoint: {url: 'http://127.0.0.1:9/v1', key_env: NO_SUCH_KEY}",
        ),
        command=RUN,
        says="NO_SUCH_KEY",
    ),
    "a key in a URL": Case(
        broken=plan(
            "engine: scripted, model: teacher.jsonl",
            "engine: openai, model: m, endpoint: {url: 'http://me:s3cret@127.0.0.1:9/v1'}",
        ),
        command=RUN,
        says='plan.yaml:2: model "teacher"',
    ),
    "a spending limit without a price": Case(
        broken=plan("engine: scripted, model: teacher.jsonl", "engine: openai, model: m, endpoint: {spend_limit: 5}"),
        command=RUN,
        says="price",
    ),
    # the data
    "no data": Case(broken=plan("sums.jsonl", "sum.jsonl"), command=RUN, says="sum.jsonl: cannot be read"),
    "data of an unknown kind": Case(
        broken=lambda f: ((f / "sums.jsonl").rename(f / "sums.doc"), plan("sums.jsonl", "sums.doc")(f)),
        command=RUN,
        says="sums.doc",
    ),
    "no rows": Case(broken=writing("sums.jsonl", ""), command=RUN, says='suite "sums": no samples in'),
    "a row cut off": Case(
        broken=lambda f: (f / "sums.jsonl").write_text((f / "sums.jsonl").read_text()[:-30]),
        command=RUN,
        says="sums.jsonl:24: not valid JSON",
    ),
    "a field that rows lack": Case(
        broken=plan("target: answer", "target: anser"),
        command=RUN,
        says='sums.jsonl:1: no field "anser"; did you mean "answer"?',
    ),
    "an id twice": Case(
        broken=replacing("sums.jsonl", '"s1"', '"s0"'),
        command=RUN,
        says='samples 1 and 2 share the id "s0"; remove one, or map an id that tells them apart',
    ),
    "a gold that its grader does not take": Case(
        broken=replacing("sums.jsonl", '"answer": 3', '"answer": "three"'),
        command=RUN,
        says="sample \"s1\": target 'three' holds no number that can be read; mend the target or change the grader",
    ),
    "an empty prompt": Case(
        broken=replacing("sums.jsonl", "What is 1 plus 2?", " "),
        command=RUN,
        says="sums.jsonl:2: the prompt is empty",
    ),
    # run folders and the store
    "a run folder that is a file": Case(
        command="run plan.yaml -o sums.jsonl", says="sums.jsonl: a file stands where the run folder should be"
    ),
    "a run folder with other things": Case(
        broken=writing("other/thesis.txt", "years"),
        command="run plan.yaml -o other",
        says="other: this folder holds other things than a run",
    ),
    "a run folder in use": Case(
        command="run plan.yaml -o done",
        says="done: another viva is writing this run; wait for it",
    ),
    "no run": Case(command="compare nowhere", says="nowhere: not a run folder"),
    "a file for a run": Case(
        command="compare plan.yaml", says="plan.yaml: a file, and no run folder; name a folder that"
    ),
    "a file for a run, to be graded": Case(
        broken=in_policy("margin_points: 5"),
        command="grade plan.yaml --policy policy.yaml",
        says="plan.yaml: a file, and no run folder",
    ),
    "a damaged run": Case(
        broken=writing("done/evaluation.json", "{"), command="compare done", says="done/evaluation.json: damaged"
    ),
    "a run of a newer viva": Case(
        broken=replacing("done/evaluation.json", '"schema_version": 1', '"schema_version": 9'),
        command="compare done",
        says="done/evaluation.json: written by a newer viva; update viva to read it",
    ),
    "a row of a table cut off": Case(
        broken=lambda f: ((f / "sums.csv").write_text("id,question\ns0\n"), plan("sums.jsonl", "sums.csv")(f)),
        command=RUN,
        says="sums.csv:2: fewer fields than the header names",
    ),
    "a run folder with too long a name": Case(
        command=f"run plan.yaml -o {'x' * 300}", says="run folder cannot be made"
    ),
    "damaged samples": Case(
        broken=writing("done/samples.jsonl", '{"suite": "sums"'),
        command="report done",
        says="done/samples.jsonl: damaged",
    ),
    "no samples left": Case(
        broken=writing("done/samples.jsonl", ""), command="grade done", says="done/samples.jsonl: damaged (it is empty)"
    ),
    "a manifest of a newer viva": Case(
        broken=replacing("done/manifest.json", '"schema_version": 1', '"schema_version": 9'),
        command="grade done",
        says="done/manifest.json: written by a newer viva",
    ),
    "a file for the report's folder": Case(
        broken=lambda f: (shutil.rmtree(f / "done" / "report"), writing("done/report", "x")(f)),
        command="report done",
        says="a file stands where the report's folder should be",
    ),
    "damaged answers": Case(
        broken=writing("done/responses.parquet", "?"), command="show done s1", says="responses.parquet"
    ),
    # graders: options and names of rules, before anything is asked
    "an option that a grader does not know": Case(
        broken=grader("number", "{number: {tolerence: 1}}"),
        command=RUN,
        says='plan.yaml:10: grader "number": unknown option "tolerence"; did you mean "tolerance"?',
    ),
    "an option without a value": Case(
        broken=grader("number", "\n      number:\n        tolerance:"),
        command=RUN,
        says='plan.yaml:12: grader "number": option "tolerance" stands there without a value; give it one, or take it',
    ),
    "a judge without a mode": Case(
        broken=plan("grader: number", "grader: judge"),
        command=RUN,
        says='plan.yaml:6: grader "judge": option "mode" is missing; it is rubric or pairwise',
    ),
    "an unknown grader that compares": Case(
        broken=grader("agreement", "{agreement: {by: numbr}}"),
        command=RUN,
        says='plan.yaml:10: grader "agreement": option "by": there is no grader "numbr"; did you mean "number"?',
    ),
    "an unknown grader that checks a judge": Case(
        broken=grader("judge", "{judge: {mode: pairwise, by: teacher, reference: numbr}}"),
        command=RUN,
        says='option "reference": there is no grader "numbr"; did you mean "number"?',
    ),
    "options of a grader that judges nothing": Case(
        broken=grader("number", "{label: {labels: [a, b]}}"),
        command=RUN,
        says='plan.yaml:10: options of "label", which this suite is not graded by; take them out',
    ),
    "options of a grader that judges nothing of a map": Case(
        broken=replacing("map.yaml", "grader: number", "grader: number\ngrader_options: {exact: {ignore_case: true}}"),
        command=IMPORT,
        says='map.yaml:4: options of "exact", which grades nothing here; take them out',
    ),
    "no rules at all": Case(
        broken=plan("grader: number", "grader: rules"),
        command=RUN,
        says='suite "sums": grader "rules": sample "s0": no rules: neither the options nor the sample\'s target hold',
    ),
    "a rule whose value no target has": Case(
        broken=grader("rules", "{rules: {must: [{name: total, contains: {target: total}}]}}"),
        command=RUN,
        says='suite "sums": grader "rules": sample "s0": rule "total": the target has no "total"',
    ),
    "labels that nobody named": Case(
        broken=grader("agreement", "{agreement: {by: label}}"),
        command=RUN,
        says='sample "s0": no labels: neither the sample\'s choices nor the option "labels" name any',
    ),
    "a rule of the gate that no grader reports": Case(
        broken=plan("points: 5", "points: 5, rules: {polite: 1}"),
        command=RUN,
        says='plan.yaml:10: the gate names the rule "polite", which no answer will be checked by; the graders (number)',
    ),
    "a misspelt rule of the gate": Case(
        broken=both(
            grader("rules", "{rules: {must_not: [{name: promises, contains: promise}]}}"),
            plan("points: 5", "points: 5, rules: {promisses: 1}"),
        ),
        command=RUN,
        says='the gate names the rule "promisses", which no answer will be checked by; did you mean "promises"?',
    ),
    "an import with a rule that no grader reports": Case(
        broken=in_policy("rules: {polite: 1}"),
        command=f"{IMPORT} --policy policy.yaml",
        says='policy.yaml:1: the gate names the rule "polite", which no answer will be checked by',
    ),
    "an import with a waiver of a slice that nothing has": Case(
        broken=in_policy("waivers: [{waive: levl, who: Mia, why: rare, until: 2027-01-31}]"),
        command=f"{IMPORT} --policy policy.yaml",
        says='the gate names "levl", which is no suite or slice of this evaluation',
    ),
    "an import with a waiver for nobody": Case(
        broken=in_policy("waivers: [{waive: mimicry, student: smal, who: Mia, why: rare, until: 2027-01-31}]"),
        command=f"{IMPORT} --policy policy.yaml",
        says='policy.yaml:1: the gate waives "mimicry" for "smal", which is no student of this evaluation',
    ),
    "a sample of a suite that is not there": Case(
        command="show done s1 --suite sumz", says='--suite "sumz": no such suite in done; did you mean "sums"?'
    ),
    "a sample that is not there": Case(command="show done s99", says='no sample "s99" in done'),
    "a student that is not there": Case(
        command="compare done --student smal", says='--student "smal": not in this run; did you mean "small"?'
    ),
    "an incumbent that is not there": Case(
        command="report done --incumbent big", says='incumbent "big" is none of the students; known: small'
    ),
    "an incumbent beside itself": Case(
        command="compare done --incumbent small",
        says='--incumbent "small": the only student of this run; there is none',
    ),
    "options of one run with --against": Case(
        command="compare done --against done --explored --no-slices",
        says="--no-slices, --explored: only --json goes with --against, which prints what changed instead",
    ),
    "an empty policy": Case(
        broken=writing("policy.yaml", ""),
        command="gate done --policy policy.yaml",
        says="policy.yaml: the file is empty; `margin_points: 3` is a whole policy, and docs/gate.md shows one",
    ),
    "an empty file of published figures": Case(
        broken=writing("published.yaml", ""),
        command="ladder --published published.yaml",
        says="published.yaml: the file is empty; docs/ladder.md shows one of published figures",
    ),
    "published figures of a model without a name": Case(
        broken=writing("published.yaml", "source: x\nscores: {qa: {}}\nmodels:\n- {role: student, scores: {qa: 4}}\n"),
        command="ladder --published published.yaml",
        says='published.yaml:4: the key "models[1].model" is missing',
    ),
    "a published table whose columns nobody names": Case(
        broken=writing("published.yaml", "source: x\nscores: {qa: {}}\ntable: t.csv\nrole: student\n"),
        command="ladder --published published.yaml",
        says='published.yaml:3: the key "model" is missing, which a `table` needs: the column of the models\' names',
    ),
    "a published row without a role": Case(
        broken=both(
            writing("published.yaml", "source: x\nscores: {qa: {}}\ntable: t.csv\nmodel: model\nrole: role\n"),
            writing("t.csv", "model,role,qa\nsmall,,40\n"),
        ),
        command="ladder --published published.yaml",
        says='t.csv:2: the row has no role in "role"; it is one of teacher, student, reference',
    ),
    "a published score of no figure": Case(
        broken=writing(
            "published.yaml", "source: x\nscores: {qa: {}}\nmodels:\n- {model: a, role: student, scores: {qa: }}\n"
        ),
        command="ladder --published published.yaml",
        says='published.yaml:4: "models[1].scores.qa": input should be a valid number (given: nothing)',
    ),
    "no policy": Case(command="gate done --policy strict.yaml", says="strict.yaml: cannot be read"),
    "a policy with an unknown key": Case(
        broken=writing("strict.yaml", "margin: 3\n"),
        command="gate done --policy strict.yaml",
        says="strict.yaml:1: unknown",
    ),
    "a store of a newer viva": Case(
        broken=newer_store, command=RUN, says="written by a newer viva (store version 99); update viva or name another"
    ),
    "a store that is none": Case(
        broken=writing(".viva/store.sqlite", "no store" * 99), command=RUN, says="store.sqlite"
    ),
    "a store that is not there": Case(command="store list", says=".viva/store.sqlite: there is no store here"),
    "pruning nothing in particular": Case(command="store prune", says="say what to remove"),
    "pruning from before time": Case(
        broken=newer_store, command="store prune --older-than 99999999", says="99999999 is not in the range"
    ),
    "a database that is no store": Case(
        broken=foreign_database, command="store list --store theirs.db", says="theirs.db: a database, but no store"
    ),
    "a file that is there already": Case(command="init plan.yaml", says="plan.yaml: is there already"),
    # reviews
    "more pairs than there are": Case(command="review draw done --n 999", says="only 24 pairs to draw from"),
    "a student that was not compared": Case(
        command="review draw done --student smal", says='--student "smal": not in this run; did you mean "small"?'
    ),
    "marks of another evaluation": Case(
        broken=writing(
            "marks.json", '{"viva_marks": 1, "evaluation": "abc", "run": "old", "reviewer": "ann", "marks": []}'
        ),
        command="review import done marks.json",
        says='marks.json: marks of another evaluation ("old", digest abc), not of this run ("sums", ',
    ),
    "marks that are none": Case(
        command="review import done sums.jsonl", says="sums.jsonl: holds no marks exported from a report; "
    ),
    "an earlier run that is none, for the report": Case(
        command="report done --against nowhere", says="nowhere: not a run folder"
    ),
    # suites
    "a key that the source does not read": Case(
        command=RUN,
        broken=plan("    grader: number", "    revision: main\n    grader: number"),
        says='plan.yaml:9: suite source "rows" reads no `revision`; take it out, or name another source',
    ),
    "a stress family that is unknown": Case(
        command=RUN,
        broken=plan("    grader: number", "    stress: {families: [renumbr]}\n    grader: number"),
        says='stress family "renumbr" is unknown; did you mean "renumber"?',
    ),
    "stress that applies to nothing": Case(
        command=RUN,
        broken=plan("    grader: number", "    stress: {families: [shuffle_options]}\n    grader: number"),
        says='suite "sums": no stress variant could be made: shuffle_options: 0 of 24 samples',
    ),
    "a frozen suite without a path": Case(
        command=RUN,
        broken=frozen_suite("source: frozen"),
        says='suite "f": source "frozen" needs the `path` of a folder',
    ),
    "a folder that is no frozen suite": Case(
        command=RUN,
        broken=frozen_suite("source: frozen, path: done"),
        says="done: no frozen suite (manifest.json is another",
    ),
    "a benchmark without network and copy": Case(
        command=RUN, broken=frozen_suite("source: math500, path: math.jsonl"), says="math.jsonl"
    ),
    "a benchmark with other fields": Case(
        command=RUN, broken=frozen_suite("source: math500, path: rows.jsonl"), says="rows.jsonl:1"
    ),
    "an unknown lm-eval task": Case(
        command=RUN,
        broken=lambda f: (
            writing("tasks/x.yaml", "task: my_task\n")(f),
            frozen_suite("lm_eval: my_tusk, include_path: tasks")(f),
        ),
        says='did you mean "my_task"?',
    ),
    "code without a sandbox's words": Case(
        command=RUN,
        broken=plan("grader: number", "grader: code\n    grader_options: {code: {sandbox: off}}"),
        says='grader "code": option "sandbox"',
    ),
    "logs that are not there": Case(command="suite build logs.jsonl -o new --size 5", says="logs.jsonl"),
    "logs of an unknown shape": Case(
        command="suite build rows.jsonl -o new --size 5", says="rows.jsonl: the first rows tell no format"
    ),
    "strata of nothing": Case(
        broken=chat_log, command="suite build chat.jsonl -o new --size 5 --by intents", says='"intents"'
    ),
    "a suite that is there already": Case(
        broken=chat_log, command="suite build chat.jsonl -o done --size 5", says="done: it is there already"
    ),
    "a similarity that is no number": Case(
        broken=chat_log, command="suite build chat.jsonl -o new --size 5 --similarity nan", says="'nan' is no number"
    ),
    "a floor beyond all bounds": Case(
        broken=chat_log, command="suite build chat.jsonl -o new --size 5 --floor 99999999999999999999", says="--floor"
    ),
    "a name that no folder can have": Case(
        broken=chat_log, command=f"suite build chat.jsonl -o {'a' * 300} --size 5", says="cannot be written there"
    ),
    "a suite beyond all bounds": Case(
        broken=plan("    grader: number", "    size: 99999999999999999999\n    grader: number"),
        command=RUN,
        says="plan.yaml:9:",
    ),
    "a seed below 0": Case(command="suite coverage done rows.jsonl --seed -1", says="--seed"),
    "coverage of no suite": Case(command="suite coverage done rows.jsonl", says="done: no frozen suite"),
    "coverage beside nothing": Case(command="suite coverage done", says="LOGS"),
    "overlap with nothing": Case(command="suite overlap done", says="--train"),
    "a suite that a plan does not have": Case(command="suite show plan.yaml:sum", says='did you mean "sums"?'),
    "a sample that a suite does not have": Case(command="suite show plan.yaml --sample t9", says='"t9"'),
    "a family that is unknown": Case(command="suite show plan.yaml --family typo", says='did you mean "typos"?'),
    # imports
    "no format": Case(command="import rows.jsonl --teacher large -o new", says="say what FILES are"),
    "two formats": Case(command=f"{IMPORT} --inspect", says="say what FILES are"),
    "a metric for rows": Case(command=f"{IMPORT} --metric acc", says="--metric and --slice are for logs"),
    "no rows to import": Case(command=IMPORT.replace("rows", "row"), says="row.jsonl: there is no such file"),
    "a map with a wrong key": Case(
        broken=replacing("map.yaml", "responses", "response"), command=IMPORT, says='map.yaml:2: unknown key "response"'
    ),
    "a map of a field that no row has": Case(
        broken=replacing("map.yaml", "large.text", "large.txt"),
        command=IMPORT,
        says='responses of "large": no row has the field "large.txt"; did you mean "large.text"?',
    ),
    "a teacher that is not in the map": Case(
        command=IMPORT.replace("teacher large", "teacher larg"), says='no such model in the map; did you mean "large"?'
    ),
    "a score that is not finite": Case(
        broken=lambda f: (
            replacing("map.yaml", "grader: number", "scores: {large: score, small: score}")(f),
            replacing("rows.jsonl", '"score": 1', '"score": NaN')(f),
        ),
        command=IMPORT,
        says='rows.jsonl:1: the score "score" is nan; scores lie between 0 and 1',
    ),
    "no lm-eval logs": Case(
        broken=lambda f: [(f / name).mkdir() for name in ("large", "small")], command=LM_EVAL, says="large: no results_"
    ),
    "lm-eval logs cut off": Case(broken=lm_eval_cut_off, command=LM_EVAL, says="not valid JSON"),
    "lm-eval logs without samples": Case(broken=lm_eval_without_samples, command=LM_EVAL, says="--log_samples"),
    "lm-eval logs of a corpus": Case(
        broken=lm_eval_of_a_corpus, command=f"{LM_EVAL} --metric exact_match", says="made for a whole corpus"
    ),
    "a teacher without logs": Case(
        broken=lm_eval, command=LM_EVAL.replace("teacher large", "teacher huge"), says="no such model in these logs"
    ),
    "an Inspect log cut off": Case(
        broken=writing("log.eval", "PK\x03\x04 cut"),
        command="import --inspect log.eval --teacher large -o new",
        says="log.eval: not a readable Inspect log (no whole archive: ",
    ),
    "an Inspect log that is none": Case(
        broken=writing("log.json", "3"),
        command="import --inspect log.json --teacher large -o new",
        says="log.json: not a readable Inspect log (keys and values are expected)",
    ),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything is right, with a run that is done."""
    folder = tmp_path_factory.mktemp("sound")
    rows = [
        {
            "id": f"s{n}",
            "question": f"What is {n} plus 2?",
            "answer": n + 2,
            "level": ("easy", "hard")[n % 3 == 0],
            "large": {"text": f"{n + 2}"},
            "small": {"text": f"{n + 2}"},
            "score": 1,
        }
        for n in range(24)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    replies = "".join(json.dumps({"prompt": r["question"], "reply": f"{r['answer']}"}) + "\n" for r in rows)
    for name, text in (("sums", lines), ("rows", lines), ("teacher", replies), ("small", replies)):
        (folder / f"{name}.jsonl").write_text(text)
    (folder / "plan.yaml").write_text(PLAN)
    (folder / "map.yaml").write_text(MAP)
    done = viva(folder, "run plan.yaml -o done -q")
    assert done.returncode == 2, done.stderr
    shutil.rmtree(folder / ".viva")
    return folder


def viva(folder: Path, command: str, **how: object) -> "subprocess.CompletedProcess[str]":
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENAI_API_KEY", "VIVA_DEBUG")}
    return subprocess.run(
        [sys.executable, "-m", "harness.cli.main", *command.split()],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        **how,  # type: ignore[call-overload]  # preexec_fn, which has one type or another
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file with its bytes; the lock of a run is none of its contents."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def check_message(done: "subprocess.CompletedProcess[str]", case: Case) -> None:
    assert done.returncode == case.code, done.stderr
    assert case.says in done.stderr
    assert done.stderr.startswith("viva: ")
    assert done.stderr.count("\n") == 1, "one line"
    assert "s3cret" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_turn_is_answered_in_one_line_and_leaves_no_trace(name: str, sound: Path, tmp_path: Path) -> None:
    case = CASES[name]
    folder = tmp_path / "here"
    shutil.copytree(sound, folder)
    case.broken(folder)
    before = contents(folder)
    with (folder / "done" / ".lock").open("w") as lock:
        if "in use" in name:
            fcntl.flock(lock, fcntl.LOCK_EX)
        done = viva(folder, case.command)
    check_message(done, case)
    after = {path: found for path, found in contents(folder).items() if not path.endswith((".lock", "-shm", "-wal"))}
    assert after == {path: found for path, found in before.items() if not path.endswith((".lock", "-shm", "-wal"))}
    assert not (folder / "new").exists()


def test_there_are_cases_enough_and_none_twice() -> None:
    assert len(CASES) >= 40
    assert len({(case.command, case.says) for case in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("room", [20_000, 60_000, 100_000])
def test_a_full_disk_loses_no_answer(room: int, sound: Path, tmp_path: Path) -> None:
    """Files may not grow past `room` bytes, as on a disk that is full; then there is room again."""
    folder = tmp_path / "here"
    shutil.copytree(sound, folder)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    done = viva(folder, "run plan.yaml -o new", preexec_fn=limit)
    assert done.returncode == 64, done.stderr
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("viva: ")]
    assert "Traceback" not in done.stderr
    assert "run it again" in told
    kept = stored(folder)
    assert viva(folder, "run plan.yaml -o new").returncode == 2
    assert kept.items() <= stored(folder).items()
    assert not [p.name for p in (folder / "new").rglob("*") if p.name.endswith(".draft")]


def stored(folder: Path) -> dict[str, str]:
    """What the store holds, with the time at which each answer was made."""
    path = folder / ".viva" / "store.sqlite"
    if not path.exists():
        return {}
    with sqlite3.connect(path) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'responses'").fetchone():
            return {}
        return {
            key: json.loads(body)["created_at"] for key, body in database.execute("SELECT key, body FROM responses")
        }


def test_a_full_stdout_is_answered_in_one_line(sound: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "harness.cli.main", "compare", "done", "--json"],
            cwd=sound,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
    assert done.returncode == 64
    assert done.stderr == "viva: No space left on device; make room or write elsewhere, then run it again\n"
