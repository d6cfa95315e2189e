"""The view as one self-contained HTML file that opens from disk: no script, no request, a strict content policy."""

import base64
import hashlib
import os
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.runtime import Undefined
from markupsafe import Markup

from harness.errors import StoreError
from harness.evaluation import Evaluation, Pair
from harness.protocols import PairTexts
from harness.verdict import Verdict
from reports.context import build
from reports.view import Page
from reports.visible import plain

STYLES = ("base.css", "figures.css", "answers.css", "profile.css", "media.css")


def write_report(evaluation: Evaluation, verdict: Verdict, pairs: Sequence[Pair], texts: PairTexts, out: Path) -> Path:
    """Write `out/index.html` whole or not at all, a `harness.protocols.Reporter`; returns its path."""
    html = render(build(evaluation, verdict, pairs, texts))
    if out.exists() and not out.is_dir():
        raise StoreError(f"{out}: a file stands where the report's folder should be; remove it")
    out.mkdir(parents=True, exist_ok=True)
    page, draft = out / "index.html", out / ".index.html.draft"
    try:
        draft.write_text(html, encoding="utf-8", newline="\n")
        os.replace(draft, page)
    finally:
        draft.unlink(missing_ok=True)
    return page


def render(page: Page) -> str:
    style = stylesheet()
    template = environment().get_template("report.html.j2")
    return template.render(page=page, style=Markup(style), policy=content_policy(style))


@cache
def environment() -> Environment:
    """Everything is escaped, nothing undefined passes, and only strings are printed."""
    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=only_text,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def only_text(value: object) -> str:
    """A string for the page, its invisible characters shown. Raises TypeError for what `context` did not write out."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str | Undefined):
        return plain(str(value))
    raise TypeError(f"a template printed {value!r}; numbers and dates are written out in the view")


def stylesheet() -> str:
    folder = files("reports") / "static"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in STYLES)


def content_policy(style: str) -> str:
    """Nothing may load and nothing may run; of styles, this one."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
