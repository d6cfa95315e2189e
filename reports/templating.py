"""How templates are filled, and the style sheets and scripts that go with them."""

import re
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.runtime import Undefined
from markupsafe import Markup, escape

from reports.visible import plain

_TICKED = re.compile(r"`([^`\n]+)`")
STYLES = ("base.css", "figures.css", "answers.css", "profile.css", "media.css")
PAIR_STYLES = (*STYLES[:-1], "slice.css", "pairs.css", STYLES[-1])  # media queries come last


@cache
def environment() -> Environment:
    """Everything is escaped, nothing undefined passes, and only strings are printed."""
    found = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=only_text,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["coded"] = coded
    return found


def only_text(value: object) -> str:
    """A string for the page, its invisible characters shown. Raises TypeError for what `context` did not write out."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str | Undefined):
        return plain(str(value))
    raise TypeError(f"a template printed {value!r}; numbers and dates are written out in the view")


def coded(text: object) -> Markup:
    """A sentence for the page, escaped, with what stands in it between backticks as code. Raises as `only_text`."""
    pieces = _TICKED.split(only_text(text))
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else escape(p) for n, p in enumerate(pieces))


def stylesheet(names: tuple[str, ...] = STYLES) -> str:
    folder = files("reports") / "static"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def script() -> str:
    """The files of `static/js` one after the other, by name."""
    found = sorted((files("reports") / "static" / "js").iterdir(), key=lambda path: path.name)
    return "\n".join(path.read_text(encoding="utf-8") for path in found if path.name.endswith(".js"))
