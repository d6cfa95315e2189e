"""The report as a folder: what is in it, what loads what, and that a build never leaves half of one."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from harness.errors import StoreError
from harness.evaluation import Comparison, Evaluation, Finding, Mark, Pair, Slice
from harness.protocols import PairTexts
from harness.records import OUTCOMES, Grade, Message, Response, Sample
from harness.verdict import Verdict
from reports import folder, render
from reports.lookup import lookup
from reports.pages import pages_of
from reports.passages import LONGEST
from reports.render import write_report
from reports.shards import order
from reports.slice_page import where

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
CALL = re.compile(r'viva\.(index|texts)\("([0-9-]+)",("(?:[^"\\]|\\.)*")\);\n')
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"


class Tags(HTMLParser):
    """The elements of a page, and the text of each script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self.open = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        self.open = tag

    def handle_data(self, data: str) -> None:
        (self.scripts if self.open == "script" else self.words).append(data)

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.found if attribute in attrs]


def shard(path: Path) -> Any:
    """The data of a shard as a page gets it, from a file that is one call and nothing else."""
    text = path.read_text(encoding="utf-8")
    called = CALL.fullmatch(text)
    assert called is not None, text[:200]
    assert text.isascii() and not set("<>&") & set(text)
    assert path.stem == f"{called[1]}-{called[2]}"
    return json.loads(json.loads(called[3]))


@pytest.fixture(scope="module")
def report(profiled: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(*profiled, tmp_path_factory.mktemp("report")).parent


@pytest.fixture(scope="module")
def poisoned_report(poisoned: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(*poisoned, tmp_path_factory.mktemp("poisoned")).parent


@pytest.fixture(scope="module")
def small(profiled: Parts) -> Parts:
    """Two students, the suite and one of its slices, and few pairs: quickly written again."""
    evaluation, verdict, pairs, texts = profiled
    parts = (Slice(), Slice(name="task", value="quote"))
    kept = tuple(c for c in evaluation.comparisons if c.student != "sparse" and c.slice in parts)
    few = [pair for pair in pairs if pair.student != "sparse" and pair.sample < "desk-0060"]
    return replace(evaluation, comparisons=kept, profiles=(), findings=()), verdict, few, texts


def files(report: Path) -> dict[str, bytes]:
    found = sorted(path for path in report.rglob("*") if path.is_file())
    return {path.relative_to(report).as_posix(): path.read_bytes() for path in found}


def test_everything_is_in_the_folder_and_listed(profiled: Parts, report: Path) -> None:
    names = list(files(report))
    assert {"index.html", "assets/viva.css", "assets/viva.js", "data/index-1-2.js", "data/texts-1-1.js"} <= set(names)
    slices = [name for name in names if name.startswith("slice-")]
    assert len(slices) == len(profiled[0].comparisons)
    assert json.loads((report / "files.json").read_text())["files"] == [n for n in names if n != "files.json"]
    assert not [path for path in report.rglob("*") if path.name.startswith(".")]


def test_the_same_evaluation_makes_the_same_files(small: Parts, tmp_path: Path) -> None:
    one, other = (files(write_report(*small, tmp_path / name).parent) for name in ("one", "other"))
    assert one == other


def test_the_first_page_has_no_script_and_leads_to_the_slices(profiled: Parts, report: Path) -> None:
    tags = Tags((report / "index.html").read_text(encoding="utf-8"))
    assert "script" not in {tag for tag, _ in tags.found}
    pages = {link.partition("#")[0] for link in tags.all("href") if link.startswith("slice-")}
    assert pages and all((report / page).is_file() for page in pages)


def test_a_slice_page_says_what_is_wrong_there(profiled: Parts, report: Path) -> None:
    tags = Tags((report / page_name(profiled, "mimic", "task", "quote")).read_text(encoding="utf-8"))
    assert "mimic on support-desk, where task is quote" in tags.text
    assert "critical slice Even at best the loss is beyond the margin of 3.0 points (Holm-corrected)." in tags.text
    for name in ("Items", "Teacher accuracy", "Retention", "Flips", "McNemar p", "Tokens per answer"):
        assert name in tags.text
    assert "Weaker" in tags.text and "false equations" in tags.text
    assert "unsupported claims: 0 samples have a source text." in tags.text
    assert "prices=special" in tags.text
    assert page_name(profiled, "mimic", "prices", "special") in tags.all("href")
    assert "index.html" in tags.all("href") and page_name(profiled, "mimic", *["all"] * 2) in tags.all("href")


def page_name(parts: Parts, student: str, name: str, value: str) -> str:
    records = lookup(parts[0], parts[1])
    pages = pages_of(parts[0], records.students(), records.judged)
    return pages.page_of("support-desk", student, Slice(name=name, value=value))


def test_a_page_with_pairs_may_load_its_own_files_and_nothing_else(report: Path, poisoned_report: Path) -> None:
    for page in [*report.glob("slice-*.html"), *poisoned_report.glob("slice-*.html")]:
        tags = Tags(page.read_text(encoding="utf-8"))
        policies = [a["content"] for t, a in tags.found if a.get("http-equiv") == "Content-Security-Policy"]
        assert policies == [POLICY]
        assert [attrs for tag, attrs in tags.found if tag == "script"] == [
            {"type": "application/json", "id": "viva-page"},
            {"src": "assets/viva.js", "defer": ""},
        ]
        assert not {"style", "iframe", "img", "form", "object", "base"} & {tag for tag, _ in tags.found}
        assert not [name for _, attrs in tags.found for name in attrs if name.startswith("on") or name == "style"]
        assert json.loads(tags.scripts[0])["format"] == 1
        links = [link for link in tags.all("href") if not link.startswith("#")]
        assert all(re.fullmatch(r"index\.html|slice-[0-9-]+\.html|assets/viva\.css", link) for link in links)


def test_a_page_embeds_conditions_and_no_pairs(profiled: Parts, report: Path) -> None:
    html = (report / page_name(profiled, "mimic", "task", "quote")).read_text(encoding="utf-8")
    data = json.loads(Tags(html).scripts[0])
    assert data["slice"] == {"task": "quote"} and data["draw"] is None
    assert data["lists"] == [
        {
            "index": "1-2", "suite": "support-desk", "student": "mimic", "measure": "accuracy",
            "words": {
                "correct": "correct", "incorrect": "wrong", "truncated": "truncated", "unparsed": "unparsed",
                "refused": "refused", "failed": "failed",
            },
        }
    ]  # fmt: skip
    assert data["evaluation"] == profiled[1].evaluation_digest and data["teacher"] == "desk-teacher"
    assert len(html) < 60_000


def test_an_index_tells_of_every_pair_the_lost_ones_first(profiled: Parts, report: Path) -> None:
    found = shard(report / "data" / "index-1-2.js")
    own = sorted((p for p in profiled[2] if p.student == "mimic"), key=order)
    assert found["ids"] == [pair.sample for pair in own]
    assert [OUTCOMES[code] for code in found["student_outcome"]] == [pair.student_outcome for pair in own]
    lost = sum(pair.teacher_score > pair.student_score for pair in own)
    assert all(a > b for a, b in zip(found["teacher_score"][:lost], found["student_score"][:lost], strict=True))
    task = found["slices"]["task"]
    assert [task["values"][code] for code in task["codes"]] == [pair.slices["task"] for pair in own]
    prices = found["slices"]["prices"]
    assert [code >= 0 for code in prices["codes"]] == ["prices" in pair.slices for pair in own]
    assert {len(column) for name, column in found.items() if name not in ("slices", "evidence")} == {len(own)}


def test_every_sample_stands_in_the_block_that_its_index_names(profiled: Parts, report: Path) -> None:
    for place in (1, 2, 3):
        found = shard(report / "data" / f"index-1-{place}.js")
        blocks = {number: shard(report / "data" / f"texts-1-{number}.js") for number in set(found["block"])}
        assert all(sample in blocks[n] for sample, n in zip(found["ids"], found["block"], strict=True))
        assert all(len(block) <= 50 for block in blocks.values())
    sample = found["ids"][0]
    told = blocks[found["block"][0]][sample]
    assert told["asked"][1] == {"role": "user", "text": profiled[3].sample("support-desk", sample).messages[1].content}
    assert told["asked"][1]["text"].startswith(found["snippet"][0][:40])
    assert set(told["answers"]) == {"desk-teacher", "honest", "mimic", "sparse", "int4"}
    attempt = told["answers"]["sparse"][0]
    assert attempt["outcome"] == found["student_outcome"][0] and attempt["answer"] == found["student_answer"][0]


def test_only_what_is_flagged_is_marked_and_named(profiled: Parts, report: Path) -> None:
    found = shard(report / "data" / "index-1-2.js")
    assert set(found["evidence"]) == {"false equations", "overconfidence"}
    assert shard(report / "data" / "index-1-1.js")["evidence"] == {}
    named = [found["ids"][place] for place in found["evidence"]["false equations"]]
    whole = next(f for f in profiled[0].findings if f.student == "mimic" and f.detector == "false equations")
    assert named[: len(whole.evidence)] == list(whole.evidence)
    texts = shard(report / "data" / f"texts-1-{found['block'][found['evidence']['false equations'][0]]}.js")
    assert texts[named[0]]["answers"]["mimic"][0]["marks"] == [
        [0, 9, "3 x 3 is 9", "false equations"],
        [5, 14, "of 5", "false equations"],
    ]
    assert "marks" not in texts[named[0]]["answers"]["honest"][0]


@dataclass(frozen=True)
class Odd:
    """Texts of one sample that JSON, HTML and JavaScript find hard, from models with names of that kind."""

    text: str

    def sample(self, suite: str, sample: str) -> Sample:
        asked = (Message(role="user", content=self.text),)
        return Sample(id=sample, messages=asked, target={self.text: self.text}, solution=self.text, variant_of="one")

    def responses(self, suite: str, sample: str, model: str) -> Sequence[Response]:
        common: dict[str, Any] = {"model": model, "finish": "stop", "latency_s": float("nan")}
        return [Response(key=key, text=self.text, reasoning=self.text, **common) for key in ("second", "first")]

    def grades(self, suite: str, sample: str, model: str) -> Sequence[Grade]:
        keys = (("first",), ("second",), ())
        return [
            Grade(
                suite=suite, sample=sample, model=model, attempt=n, outcome="incorrect", score=0.0, answer=self.text,
                reason=self.text, grader="x", response_keys=key,
            )
            for n, key in enumerate(keys)
        ]  # fmt: skip

    def fetched(self, suite: str, samples: Sequence[str]) -> "Odd":
        return self


ODD = "</script><!-- <script> ]]> & \u2028\u2029 \ud800 \x00 \"'`${1} \\ __proto__ 👩‍💻"


def odd(parts: Parts, text: str) -> Parts:
    """One pair of the evaluation, of a sample, a student, a suite and slices that are all called `text`."""
    evaluation, verdict, pairs, _ = parts
    whole = next(c for c in evaluation.comparisons if c.student == "mimic" and c.slice == Slice())
    names: dict[str, Any] = {"suite": text, "student": text}
    part = Slice(name=text, value=text)
    comparisons = tuple(replace(whole, **names, slice=one) for one in (Slice(), part))
    pair = replace(pairs[0], **names, sample=text, slices={text: text}, teacher_score=1.0, student_score=0.0)
    mark = Mark(sample=text, model=text, attempt=1, start=0, end=9, note=text)
    finding = Finding(
        detector=text, suite=text, student=text, slice=Slice(), state="flagged", estimate=None, reason=text,
        group="trace", evidence=(text,), marks=(mark,),
    )  # fmt: skip
    cards = tuple(replace(s, name=text, parts=(Slice(), part)) for s in evaluation.suites)
    made = replace(
        evaluation, name=text, comparisons=comparisons, suites=cards, findings=(finding,), profiles=()
    )  # fmt: skip
    return made, replace(verdict, students=()), [pair], Odd(text)


@pytest.mark.parametrize("text", [ODD, "__proto__", "constructor", "\udc00" * 3, "\u202eabc"])
def test_hostile_names_and_texts_arrive_as_they_are(profiled: Parts, tmp_path: Path, text: str) -> None:
    report = write_report(*odd(profiled, text), tmp_path / "report").parent
    found = shard(next((report / "data").glob("index-*.js")))
    assert found["ids"] == [text]
    assert found["slices"] == {text: {"values": [text], "codes": [0]}}
    assert found["evidence"] == {text: [0]}
    told = shard(report / "data" / "texts-1-1.js")[text]
    assert told["asked"] == [{"role": "user", "text": text}] and told["solution"] == text
    attempts = told["answers"][text]
    assert [attempt["attempt"] for attempt in attempts] == [1, 0, 2]  # each with the grade that cites it
    assert attempts[0]["text"] == text and attempts[0]["latency_s"] is None
    assert attempts[0]["marks"] == [[0, 9, text, text]] and "marks" not in attempts[1]
    assert attempts[2] == {
        "text": "", "missing": True, "attempt": 2, "outcome": 1, "score": 0.0, "answer": text, "reason": text,
    }  # fmt: skip


def test_endless_texts_are_cut_and_say_so(profiled: Parts, tmp_path: Path) -> None:
    evaluation, verdict, pairs, _ = odd(profiled, "long")
    report = write_report(evaluation, verdict, pairs, Odd("a" * (LONGEST + 7)), tmp_path / "report").parent
    told = shard(report / "data" / "texts-1-1.js")["long"]
    assert told["asked"][0]["cut"] == 7 and told["solution_cut"] == 7
    attempt = told["answers"]["long"][0]
    assert (len(attempt["text"]), attempt["cut"], attempt["reasoning_cut"]) == (LONGEST, 7, 7)


def test_what_an_earlier_report_held_is_removed_and_nothing_else(small: Parts, tmp_path: Path) -> None:
    evaluation, verdict, pairs, texts = small
    out = write_report(*small, tmp_path / "report").parent
    (out / "notes.txt").write_text("mine")
    (out / "data" / "texts-1-999.js").write_text("mine, too")
    fewer = replace(evaluation, comparisons=tuple(c for c in evaluation.comparisons if c.student == "honest"))
    before = set(files(out))
    write_report(fewer, verdict, [p for p in pairs if p.student == "honest"], texts, out)
    left = set(files(out))
    assert {"notes.txt", "data/texts-1-999.js", "slice-1-1-0.html", "data/index-1-1.js"} <= left
    assert {"slice-2-1-0.html", "data/index-1-2.js"} <= before - left
    assert left - {"notes.txt", "data/texts-1-999.js", "files.json"} == set(
        json.loads((out / "files.json").read_text())["files"]
    )


def test_a_list_from_elsewhere_removes_nothing_outside_of_a_report(small: Parts, tmp_path: Path) -> None:
    out = tmp_path / "report"
    out.mkdir()
    (tmp_path / "precious.txt").write_text("mine")
    (out / "notes.txt").write_text("mine")
    named = ["../precious.txt", "notes.txt", str(tmp_path / "precious.txt"), "tables/..", 7]
    (out / "files.json").write_text(json.dumps({"files": named}))
    write_report(*small, out)
    assert (tmp_path / "precious.txt").exists() and (out / "notes.txt").exists()


@pytest.mark.parametrize("place", ["data", "assets/viva.css", "slice-1-1-0.html", "data/index-1-1.js"])
def test_a_file_of_somebody_else_in_the_way_is_named_and_kept(small: Parts, tmp_path: Path, place: str) -> None:
    foreign = tmp_path / "report" / place
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    with pytest.raises(StoreError, match=f"{re.escape(str(foreign))}: viva did not write this"):
        write_report(*small, tmp_path / "report")
    assert files(tmp_path / "report") == {place: b"mine"}


def test_a_folder_in_the_way_of_a_page_is_named(small: Parts, tmp_path: Path) -> None:
    (tmp_path / "report" / "index.html").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"index\.html: viva did not write this"):
        write_report(*small, tmp_path / "report")


def test_a_build_that_fails_leaves_the_report_as_it_was(
    small: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = write_report(*small, tmp_path / "report").parent
    before = files(out)
    monkeypatch.setattr(render, "write_tables", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(StoreError, match="the report cannot be written .No space left on device.; mend that"):
        write_report(replace(small[0], name="another"), *small[1:], out)
    assert files(out) == before


def test_a_build_that_was_killed_can_be_done_again(
    small: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report"
    replaced = folder.os.replace

    def kill(source: Path, target: Path) -> None:
        if target.name == "slice-2-1-0.html":
            raise KeyboardInterrupt
        replaced(source, target)

    monkeypatch.setattr(folder.os, "replace", kill)
    with pytest.raises(KeyboardInterrupt):
        write_report(*small, out)
    assert not (out / "index.html").exists()
    monkeypatch.undo()
    write_report(*small, out)
    assert set(json.loads((out / "files.json").read_text())["files"]) | {"files.json"} == set(files(out))


def test_beyond_a_limit_the_slices_that_fail_keep_their_pages(profiled: Parts) -> None:
    evaluation, verdict, _, _ = profiled
    records = lookup(evaluation, verdict)
    pages = pages_of(evaluation, records.students(), records.judged, most=5)
    kept = [(student, str(part)) for _, student, part in pages.named]
    assert [student for student, part in kept if part == "all"] == ["honest", "mimic", "sparse"]
    assert {student for student, part in kept if part != "all"} == {"mimic"}
    assert pages.left_out == len(evaluation.comparisons) - 5
    easy = Slice(name="language", value="cy")
    assert pages.page_of("support-desk", "honest", easy) == pages.page_of("support-desk", "honest", Slice())
    assert pages.page_of("support-desk", "int4", easy) == ""


def test_a_crossing_is_told_by_both_of_its_conditions(small: Parts, tmp_path: Path) -> None:
    evaluation, verdict, pairs, texts = small
    both = Slice.crossing(("task", "quote"), ("difficulty", "hard"))
    whole: Comparison = next(c for c in evaluation.comparisons if c.student == "mimic")
    crossed = replace(evaluation, comparisons=(*evaluation.comparisons, replace(whole, slice=both)))
    assert where(both) == "where task is quote and difficulty is hard"
    out = write_report(crossed, verdict, pairs, texts, tmp_path / "report").parent
    tags = Tags((out / page_name((crossed, verdict, pairs, texts), "mimic", "task", "quote")).read_text("utf-8"))
    assert "#s=task:quote&s=difficulty:hard" in tags.all("href")
    page = pages_of(crossed, lookup(crossed, verdict).students(), {}).page_of("support-desk", "mimic", both)
    data = json.loads(Tags((out / page).read_text("utf-8")).scripts[0])
    assert data["slice"] == {"task": "quote", "difficulty": "hard"}
