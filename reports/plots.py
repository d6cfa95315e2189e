"""Larger charts, declared in Altair and drawn by vl-convert as inline SVG that follows the page's colours.

A chart names the colours of `COLOURS`, never real ones. What vl-convert draws is read again and only shapes, texts and
places are kept: no style, no font, no link, and colours as classes, so that the style sheet decides on light, dark and
print, and the strict content policy has nothing to refuse. Everything in it is escaped anew.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from markupsafe import Markup

if TYPE_CHECKING:
    import altair

COLOURS: Mapping[str, str] = {
    name: f"#0000{place:02x}"
    for place, name in enumerate(("ink", "soft", "line", "paper", "pass", "fail", "open", "student"), start=1)
}
LABEL_SIZE = 12
_PADDING = {"left": 20, "right": 14, "top": 4, "bottom": 4}  # fonts of readers are wider than those that were measured
_CLASSES = {colour: name for name, colour in COLOURS.items()}
_SHAPES = frozenset({"g", "path", "rect", "line", "text"})
_PLACES = frozenset(
    ("transform", "d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "text-anchor", "font-size", "font-weight",
     "stroke-width", "stroke-dasharray", "opacity")
)  # fmt: skip
_UNPAINTED = ("none", "transparent")
_IDLE = (("opacity", "1"), ("transform", "translate(0,0)"), ("font-weight", "normal"), ("stroke-width", "1"))
_FRACTION = re.compile(r"-?\d+\.\d{2,}")


def chart_of(rows: Sequence[Mapping[str, object]]) -> "altair.Chart":
    """A chart of rows that it holds itself; an empty row is enough for a line at a fixed place."""
    import altair

    return altair.Chart(altair.InlineData(values=[dict(row) for row in rows]))


def drawn(chart: "altair.TopLevelMixin", told: str) -> Markup:
    """The chart as SVG that says `told` to those who listen. Raises ValueError for a colour that is none of ours."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(chart.to_json(validate=False), allowed_base_urls=[])
    root = ElementTree.fromstring(svg)
    wide, high = root.attrib["width"], root.attrib["height"]
    return Markup('<svg class="plot" width="{0}" viewBox="0 0 {0} {1}" role="img"><title>{2}</title>{3}</svg>').format(
        wide, high, told, Markup("").join(_kept(child) for child in root)
    )


def themed(chart: "altair.TopLevelMixin") -> "altair.TopLevelMixin":
    """The chart with axes, texts and ground in the page's colours and sizes."""
    ink, soft, line = (COLOURS[name] for name in ("ink", "soft", "line"))
    axis = {"labelColor": soft, "titleColor": soft, "domainColor": ink, "tickColor": ink, "gridColor": line}
    sizes = {"labelFontSize": LABEL_SIZE, "titleFontSize": LABEL_SIZE, "titleFontWeight": "normal", "labelLimit": 150}
    themed_: Any = chart
    themed_ = themed_.configure(background="transparent", padding=_PADDING).configure_view(stroke=None)
    themed_ = themed_.configure_axis(**axis, **sizes)
    themed_ = themed_.configure_header(labelColor=ink, labelFontSize=LABEL_SIZE, titleColor=soft)
    themed_ = themed_.configure_legend(labelColor=ink, labelFontSize=LABEL_SIZE, symbolStrokeColor=soft)
    themed_ = themed_.configure_title(color=soft, fontSize=LABEL_SIZE, fontWeight="normal", anchor="start")
    found: altair.TopLevelMixin = themed_
    return found


def _kept(node: ElementTree.Element) -> Markup:
    """The element with what is safe and seen of it; nothing for what draws nothing."""
    tag = node.tag.rpartition("}")[2]
    if tag not in _SHAPES or node.get("display") == "none" or _is_blank(tag, node):
        return Markup("")
    inner = Markup("").join([Markup("{}").format(node.text or ""), *(_kept(child) for child in node)])
    told = Markup("").join(_attributes(node))
    if tag == "g" and not (inner and told):
        return inner
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), told, inner)


def _is_blank(tag: str, node: ElementTree.Element) -> bool:
    """Whether a shape has no outline and no colour, or a label was dropped for want of room."""
    if tag in ("g", "text"):
        return node.get("opacity") == "0"
    unpainted = all(node.get(paint, "none") in _UNPAINTED for paint in ("fill", "stroke"))
    return unpainted or not node.get("d", "x")


def _attributes(node: ElementTree.Element) -> Iterator[Markup]:
    classes = " ".join(_painted(node))
    if classes:
        yield Markup(' class="{}"').format(classes)
    for name, value in node.attrib.items():
        if name in _PLACES and (name, value) not in _IDLE:
            yield Markup(' {}="{}"').format(Markup(name), _FRACTION.sub(_rounded, value))


def _painted(node: ElementTree.Element) -> Iterator[str]:
    for paint in ("fill", "stroke"):
        colour = node.get(paint)
        if colour is None or colour in _UNPAINTED:
            if colour is not None and node.tag.rpartition("}")[2] != "g":
                yield f"{paint}-none"
            continue
        if colour not in _CLASSES:
            raise ValueError(f"a chart is painted in {colour}; name one of reports.plots.COLOURS")
        yield f"{paint}-{_CLASSES[colour]}"


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}".removesuffix(".0")
