"""Charts by Altair as safe SVG: only shapes and places, colours of the page, names as text."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from reports.plots import COLOURS, chart_of, drawn, themed

NASTY = "</text><script>alert(1)</script>\"'&"


def chart(colour: str = COLOURS["pass"], **mark: Any) -> Any:
    rows = [{"name": NASTY, "value": 0.5}, {"name": "plain", "value": 0.25}]
    import altair

    base = chart_of(rows).mark_point(color=colour, filled=True, opacity=1, **mark)
    return base.encode(x="value:Q", y=altair.Y("name:N", title=NASTY)).properties(width=200, height=60)


def test_only_shapes_and_places_are_left() -> None:
    svg = drawn(themed(chart()), f"told {NASTY}")
    root = ElementTree.fromstring(svg)
    assert {node.tag for node in root.iter()} <= {"svg", "title", "g", "path", "line", "rect", "text"}
    assert not {name for node in root.iter() for name in node.attrib} & {"style", "href", "fill", "stroke", "onclick"}
    assert root.find("title") is not None and root[0].text == f"told {NASTY}"
    assert [node.text for node in root.iter("text")].count(NASTY) == 1  # the title; the label is cut
    assert any(str(node.text).startswith("</text><script>") for node in root.iter("text") if node.text != NASTY)


def test_colours_are_classes_and_none_is_of_its_own() -> None:
    svg = drawn(themed(chart()), "told")
    assert "fill-pass" in svg and "#" not in svg.replace("&#39;", "").replace("&#34;", "")
    assert {name.split("-")[1] for name in re.findall(r"(?:fill|stroke)-\w+", svg)} <= {*COLOURS, "none", "width"}
    with pytest.raises(ValueError, match="#ff0000"):
        drawn(themed(chart("#ff0000")), "told")


def test_the_same_chart_is_drawn_the_same() -> None:
    assert drawn(themed(chart()), "told") == drawn(themed(chart()), "told")
