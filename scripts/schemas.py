"""JSON Schemas of the files that other programs read, made from the records: `python -m scripts.schemas`."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from harness.evaluation import Evaluation
from harness.review import Draw, ReviewMark
from harness.review_marks import Export
from harness.runfolder import Manifest
from harness.verdict import Verdict

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES: dict[str, type] = {
    "evaluation": Evaluation,
    "verdict": Verdict,
    "manifest": Manifest,
    "draw": Draw,
    "mark": ReviewMark,
    "exported-marks": Export,
}


def schema(kind: type) -> dict[str, Any]:
    """The schema of a record as JSON, docstrings as descriptions. Keys that it does not name are let through."""
    return {"$schema": DIALECT, **TypeAdapter(kind).json_schema()}


def text(kind: type) -> str:
    return json.dumps(schema(kind), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, kind in FILES.items():
        (FOLDER / f"{name}.schema.json").write_text(text(kind), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
