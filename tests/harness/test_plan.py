"""Plans and policies: what is refused, where the message points, and what paths become."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import PlanError, nearest
from harness.evaluation import Slice
from harness.plan import Plan, RowMap
from harness.plan_file import Known, as_written, load_plan
from harness.policy import Policy
from harness.policy_file import load_policy
from harness.records import Decoding

GRADERS = ("exact", "number", "label")
KNOWN = Known(
    engines={"vllm": lambda model: None, "scripted": lambda model: None},
    graders=lambda name: None if name in GRADERS else f'grader "{name}" is unknown{nearest(name, GRADERS)}',
    sources={"rows": {"path", "map"}, "demo": {"seed"}, "lm_eval": {"lm_eval"}},
    families=("typos",),
)
PLAN = """\
name: support
teacher:
  name: big
  model: org/big
students:
  - name: small
    model: org/small
  - name: tiny
    model: org/tiny
suites:
  - name: desk
    source: rows
    path: data/desk.jsonl
    grader: number
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Plan]:
    def write_and_load(content: str) -> Plan:
        path = tmp_path / "plan.yaml"
        path.write_text(content, encoding="utf-8")
        return load_plan(path, KNOWN)

    return write_and_load


@pytest.fixture
def load_rules(tmp_path: Path) -> Callable[[str], Policy]:
    def write_and_load(content: str) -> Policy:
        path = tmp_path / "policy.yaml"
        path.write_text(content, encoding="utf-8")
        return load_policy(path)

    return write_and_load


Load = Callable[[str], Plan]
LoadRules = Callable[[str], Policy]


def test_a_plan_is_read_with_its_defaults(load: Load) -> None:
    plan = load(PLAN)
    assert [(role, model.name) for role, model in plan.models()] == [
        ("teacher", "big"),
        ("student", "small"),
        ("student", "tiny"),
    ]
    assert plan.decoding_of(plan.teacher, plan.suites[0]) is None
    assert (plan.repeats, plan.gate) == (None, Policy())


def test_the_base_comes_last(load: Load) -> None:
    assert load(PLAN + "base: {name: raw, model: org/raw}\n").models()[-1][0] == "base"


def test_a_models_own_decoding_replaces_the_common_one(load: Load) -> None:
    plan = load(PLAN.replace("model: org/big", "model: org/big\n  decoding: {max_tokens: 9}") + "decoding: {seed: 4}\n")
    assert plan.decoding_of(plan.teacher, plan.suites[0]) == Decoding(max_tokens=9)
    assert plan.decoding_of(plan.students[0], plan.suites[0]) == Decoding(seed=4)


def replaced(old: str, new: str) -> str:
    assert PLAN.count(old) == 1, old
    return PLAN.replace(old, new)


FAULTS = {
    "an unknown key": (replaced("teacher:", "techer:"), '2: unknown key "techer"; did you mean "teacher"?'),
    "an unknown key of a student": (
        replaced("    model: org/tiny", "    modle: org/tiny"),
        '9: unknown key "students[2].modle"; did you mean "model"?',
    ),
    "an unknown key of the map": (
        PLAN + "    map:\n      promt: q\n      prompt: q\n",
        '16: unknown key "suites[1].map.promt"; did you mean "prompt"?',
    ),
    "an unknown key of the gate": (
        PLAN + "gate:\n  margin_points: 3\n  crticial: [a]\n",
        '17: unknown key "gate.crticial"; did you mean "critical"?',
    ),
    "a key twice": (PLAN + "name: again\n", '15: the key "name" stands already in line 1'),
    "no teacher": (
        "students: [{name: s, model: m}]\nsuites: [{name: q}]\n",
        '1: the key "teacher" is missing',
    ),
    "no model": (replaced("  model: org/big\n", ""), '2: the key "teacher.model" is missing'),
    "no students": (
        "teacher: {name: t, model: m}\nstudents: []\nsuites: [{name: q}]\n",
        '2: "students": ',
    ),
    "a number for a name": (replaced("name: big", "name: 5"), '3: "teacher.name": input should be a valid string'),
    "a name that is no file name": (replaced("name: big", "name: ../big"), '3: "teacher.name": string should match'),
    "text for a number": (PLAN + "repeats: many\n", '15: "repeats": input should be a valid integer'),
    "no repeats": (PLAN + "repeats: 0\n", '15: "repeats": input should be greater than or equal to 1'),
    "a negative temperature": (PLAN + "decoding: {temperature: -1}\n", '15: "decoding.temperature": input should be'),
    "a margin of nothing": (PLAN + "gate:\n  margin_points: 0\n", '16: "gate.margin_points": input should be greater'),
    "a margin that is no number": (PLAN + "gate:\n  margin_points: .nan\n", "16: not valid YAML: no float"),
    "a generous alpha": (PLAN + "gate:\n  alpha: 0.5\n", '16: "gate.alpha": input should be less than or equal'),
    "a later version": (PLAN + "version: 2\n", '15: "version": '),
    "an unknown engine": (
        replaced("model: org/small", "model: org/small\n    engine: vlm"),
        '8: engine "vlm" is unknown; did you mean "vllm"?',
    ),
    "an unknown grader": (
        replaced("grader: number", "grader: nmber"),
        '14: grader "nmber" is unknown; did you mean "number"?',
    ),
    "options of an unknown grader": (
        PLAN + "    grader_options: {lable: {}}\n",
        'grader "lable" is unknown; did you mean "label"?',
    ),
    "an unknown source": (
        replaced("source: rows", "source: row"),
        '12: suite source "row" is unknown; did you mean "rows"?',
    ),
    "two students of one name": (replaced("name: tiny", "name: small"), '8: two models are called "small"'),
    "a student called as its teacher": (replaced("name: tiny", "name: big"), '8: two models are called "big"'),
    "a base called as a student": (
        PLAN + "base: {name: tiny, model: org/raw}\n",
        '15: two models are called "tiny"',
    ),
    "two suites of one name": (PLAN + "  - name: desk\n", '15: two suites are called "desk"'),
    "an empty file": ("", ": the file is empty; `viva init` writes one to start from"),
    "a list": ("- teacher\n", "1: expected keys and values, like `name: my evaluation`"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_line(tmp_path: Path, load: Load, fault: str) -> None:
    content, expected = FAULTS[fault]
    with pytest.raises(PlanError) as caught:
        load(content)
    assert str(caught.value).startswith(f"{tmp_path / 'plan.yaml'}:")
    assert expected in str(caught.value)


def test_a_thinking_tag_that_is_empty_is_refused(load: Load) -> None:
    with pytest.raises(PlanError, match="close"):
        load(replaced("model: org/big", "model: org/big\n  thinking: {close: ''}"))


def test_paths_are_relative_to_the_plan(tmp_path: Path, load: Load) -> None:
    (tmp_path / "local").mkdir()
    plan = load(
        replaced("model: org/big", "model: ./weights/big\n  adapter: ../adapters/a\n  chat_template: chat.jinja")
        .replace("org/small", "local")
        .replace("org/tiny", "/models/tiny")
    )
    assert plan.teacher.model == str(tmp_path / "weights" / "big")
    assert plan.teacher.adapter == str(tmp_path.parent / "adapters" / "a")
    assert plan.teacher.chat_template == str(tmp_path / "chat.jinja")
    assert [model.model for model in plan.students] == [str(tmp_path / "local"), "/models/tiny"]
    assert plan.suites[0].path == str(tmp_path / "data" / "desk.jsonl")
    assert plan.store == str(tmp_path / ".viva" / "store.sqlite")


def test_names_of_the_hub_stay_names(load: Load) -> None:
    plan = load(PLAN)
    assert [model.model for _, model in plan.models()] == ["org/big", "org/small", "org/tiny"]
    assert plan.teacher.adapter is None and plan.teacher.chat_template is None


def test_where_the_plan_is_read_from_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "plan.yaml").write_text(PLAN + "store: ../kept.sqlite\n")
    from_afar = load_plan(tmp_path / "plans" / "plan.yaml", KNOWN)
    monkeypatch.chdir(tmp_path / "plans")
    assert load_plan(Path("plan.yaml"), KNOWN) == from_afar
    assert Path(str(from_afar.store)).resolve() == tmp_path / "kept.sqlite"


def test_the_home_folder_of_a_model_is_found(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert load(replaced("org/big", "~/big")).teacher.model == "/home/somebody/big"


def test_the_home_folder_of_suites_and_store_is_found(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    plan = load(replaced("data/desk.jsonl", "~/desk.jsonl") + "store: ~/store.sqlite\n")
    assert plan.suites[0].path == "/home/somebody/desk.jsonl"
    assert plan.store == "/home/somebody/store.sqlite"


def test_the_plan_is_kept_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    written = as_written(tmp_path / "plan.yaml")
    assert list(written) == ["name", "teacher", "students", "suites"]
    assert written["teacher"] == {"name": "big", "model": "org/big"}


def test_slices_of_rows_are_named_by_their_last_part() -> None:
    assert RowMap(prompt="q", slices=("meta.level", "task")).slice_paths() == {"level": "meta.level", "task": "task"}
    assert RowMap(prompt="q", slices={"hardness": "meta.level"}).slice_paths() == {"hardness": "meta.level"}


def test_a_policy_is_a_file_of_its_own_or_the_gate_of_a_plan(load_rules: LoadRules) -> None:
    rules = "margin_points: 7\ncritical: [level]\n"
    inside = PLAN + "gate:\n" + "".join(f"  {line}\n" for line in rules.splitlines())
    assert load_rules(rules) == load_rules(inside) == Policy(margin_points=7, critical=("level",))


def test_a_plan_without_a_gate_has_the_usual_policy(load_rules: LoadRules) -> None:
    assert load_rules(PLAN) == Policy()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("margin_point: 7\n", 'policy.yaml:1: unknown key "margin_point"; did you mean "margin_points"?'),
        (PLAN + "gate:\n  alpah: 0.1\n", 'policy.yaml:16: unknown key "alpah"; did you mean "alpha"?'),
        ("margins:\n  level=1: -2\n", 'policy.yaml:2: "margins.level=1": input should be greater than 0'),
        ("other_slices: critical\n", 'policy.yaml:1: "other_slices": input should be '),
        ("min_items: 1\n", 'policy.yaml:1: "min_items": input should be greater than or equal to 2'),
        ("", "policy.yaml: the file is empty"),
    ],
)
def test_a_fault_of_a_policy_is_told_with_its_line(load_rules: LoadRules, content: str, expected: str) -> None:
    with pytest.raises(PlanError) as caught:
        load_rules(content)
    assert expected in str(caught.value)


def test_an_empty_gate_is_told_with_its_line(load_rules: LoadRules) -> None:
    with pytest.raises(PlanError, match=r"policy\.yaml:15: "):
        load_rules(PLAN + "gate:\n")


def test_the_nearest_margin_counts() -> None:
    policy = Policy(
        margin_points=3,
        slice_margin_points=5,
        margins={"level=1": 7, "math: level=1": 9, "math: level=2": 8, "code": 2},
    )
    level_1, level_2, level_3 = (Slice(name="level", value=v) for v in "123")
    assert policy.margin("math", level_1) == 0.09
    assert policy.margin("code", level_1) == 0.07
    assert policy.margin("math", level_2) == 0.08
    assert policy.margin("code", level_2) == policy.margin("math", level_3) == 0.05
    assert (policy.margin("math", Slice()), policy.margin("code", Slice())) == (0.03, 0.02)


def test_tiers_by_slice_group_suite_or_neither() -> None:
    policy = Policy(critical=("level=1", "math: task=sum"), advisory=("tone", "drafts"))
    level_1, level_2 = Slice(name="level", value="1"), Slice(name="level", value="2")
    task, tone = Slice(name="task", value="sum"), Slice(name="tone", value="calm")
    assert [policy.tier("math", piece) for piece in (level_1, level_2, task, tone, Slice())] == [
        "critical",
        "supporting",
        "critical",
        "advisory",
        "critical",
    ]
    assert policy.tier("code", task) == "supporting"
    assert policy.tier("drafts", Slice()) == "advisory"
    assert Policy(other_slices="advisory").tier("math", level_1) == "advisory"


def test_a_margin_for_a_group_of_slices_counts() -> None:
    assert Policy(margins={"level": 1}).margin("math", Slice(name="level", value="1")) == 0.01


def test_a_slice_called_critical_is_not_made_advisory_by_its_group() -> None:
    policy = Policy(critical=("level=1",), advisory=("level",))
    assert policy.tier("math", Slice(name="level", value="1")) == "critical"
    assert policy.tier("math", Slice(name="level", value="2")) == "advisory"


def test_a_key_that_the_source_does_not_read_is_refused(load: Load) -> None:
    with pytest.raises(PlanError, match=r'suite source "demo" reads no `path`; take it out, or name another source'):
        load(PLAN.replace("suites:", "suites:\n  - {name: d, source: demo, path: x}", 1))


def test_a_suite_says_how_it_is_asked(load: Load) -> None:
    words = "suites:\n  - {name: d, source: demo, decoding: {max_tokens: 7}, repeats: 3}"
    plan = load(PLAN.replace("suites:", words, 1) + "decoding: {seed: 4}\n")
    first, second = plan.suites[:2]
    assert first.repeats == 3
    assert plan.decoding_of(plan.teacher, first) == Decoding(max_tokens=7)
    assert plan.decoding_of(plan.teacher, second) == Decoding(seed=4)


def test_stress_takes_a_name_of_its_own(load: Load) -> None:
    words = "suites:\n  - {name: d, source: demo, stress: {}}\n  - {name: d.stress, source: demo}"
    with pytest.raises(PlanError, match=r'two suites are called "d\.stress"'):
        load(PLAN.replace("suites:", words, 1))


def test_an_unknown_family_is_refused(load: Load) -> None:
    words = "suites:\n  - {name: d, source: demo, stress: {families: [typo]}}"
    with pytest.raises(PlanError, match=r'stress family "typo" is unknown; did you mean "typos"\?'):
        load(PLAN.replace("suites:", words, 1))


def test_an_lm_eval_task_names_its_source(load: Load) -> None:
    plan = load(PLAN.replace("suites:", "suites:\n  - {name: g, lm_eval: gsm8k}", 1))
    assert plan.suites[0].source == "lm_eval"


def test_days_in_a_plan_are_kept_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("suites: [{name: x, released_after: 2025-02-01}]\n")
    assert as_written(path) == {"suites": [{"name": "x", "released_after": "2025-02-01"}]}
