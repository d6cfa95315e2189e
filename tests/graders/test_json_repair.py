import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.json_reading import Unreadable, to_the_letter, with_repairs
from graders.json_repair import repaired


@pytest.mark.parametrize(
    ("text", "value", "repairs"),
    [
        ('{"a": 1}', {"a": 1}, ()),
        ('{"a": 1,}', {"a": 1}, ("trailing comma",)),
        ('{"a": [1, 2 ,\n], \n}', {"a": [1, 2]}, ("trailing comma",)),
        ('{"a": 1, // the last\n}', {"a": 1}, ("comment", "trailing comma")),
        ('{"a": 1, // not b: } or "\n "c": 2}', {"a": 1, "c": 2}, ("comment",)),
        ('{"a": 1, # don\'t\n "c": 2}', {"a": 1, "c": 2}, ("comment",)),
        ('{/* } " */ "a": 1 /* 2 **/}', {"a": 1}, ("comment",)),
        ('{"a": 3 // three\n}', {"a": 3}, ("comment",)),
        ("{'a': 'b'}", {"a": "b"}, ("single quotes",)),
        ("""{'a': "it's", "b": 'say "hi"'}""", {"a": "it's", "b": 'say "hi"'}, ("single quotes",)),
        (r"""{'a': 'it\'s \n \" \u0041'}""", {"a": "it's \n \" A"}, ("single quotes",)),
        (r'{"a": "it\'s"}', {"a": "it's"}, ("escaped apostrophe",)),
        ("{'a': {\"b\": 1}}", {"a": {"b": 1}}, ("single quotes",)),
        ('{"a": [True, False, None]}', {"a": [True, False, None]}, ("Python literal",)),
        ('{"True": "None",}', {"True": "None"}, ("trailing comma",)),
        ('{"a": "x\ny\tz"}', {"a": "x\ny\tz"}, ("line break or tab in a text",)),
        ('{"a": "http://x/*,}", }', {"a": "http://x/*,}"}, ("trailing comma",)),
    ],
)
def test_what_has_one_reading_is_repaired(text, value, repairs):
    for around in (text, f"It is:\n```json\n{text}\n```\nDon't you think?"):
        found = with_repairs(around)
        assert (found.value, found.repairs) == (value, repairs)
        if repairs:
            with pytest.raises(Unreadable, match=f"not JSON to the letter: {', '.join(repairs)}"):
                to_the_letter(around)


@pytest.mark.parametrize(
    "text",
    [
        # what is missing?
        '{"a": 1',
        '{"a": [1, 2}',
        '{"a": "x}',
        '{"a": 1 "b": 2}',
        '{"a": 1\n"b": 2}',
        '{"a": }',
        '{"a"}',
        '{"a": 1, "b"}',
        # what is too much?
        '{"a": 1,,}',
        '{"a": [,]}',
        '{"a": [1,,2]}',
        '{"a": 1}}, "b": 2}',
        '{, "a": 1}',
        # where does the text end?
        "{'a': 'the boys' toys'}",
        "{'a': 'O'Brien', 'b': 'x'}",
        '{"a": "say "hi" now"}',
        "{'a': 'x' 'y'}",
        '{"a": “x”}',
        # which value?
        '{"a": NaN}',
        '{"a": 037}',
        '{"a": +1}',
        '{"a": 1,200}',
        '{"a": 0x10}',
        '{"a": TRUE}',
        '{"a": undefined}',
        '{"a": True1}',
        '{"a": 7 // 2\n}',
        r"{'a': '\x41'}",
        "{'a': 'x\0'}",
        # prose, templates, sets
        "{a: 1}",
        "{'a', 'b'}",
        "{'a': 1, \"a\": 2}",
        '{"a": 1, /* no end }',
        "{\"a\": 1} {'b': 2}",
        "[{'a': 1}]",
    ],
)
def test_what_has_several_readings_or_none_is_not(text):
    with pytest.raises(Unreadable):
        with_repairs(text)


def test_braces_in_prose_are_no_objects():
    text = """In {braces}, {'quotes'}, {# templates #}, {// paths} and { more"""
    assert with_repairs(f"{text} {{'a': 1}} it's").value == {"a": 1}


OBJECTS = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()))


@given(OBJECTS)
def test_json_is_left_as_it_is(value):
    for text in (json.dumps(value), json.dumps(value, indent=1, ensure_ascii=False)):
        assert repaired(text) == (text, ())


@given(OBJECTS)
def test_a_literal_of_pythons_is_read_as_its_value_or_not_at_all(value):
    try:
        assert with_repairs(f"{value!r}").value == value
    except Unreadable:  # an escape that JSON does not have
        assert not value or "\\" in repr(value)
