"""Differences between documents: by structure, with what people read."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from envoy_config.diff import Presence, compare, compare_texts
from envoy_config.history.model import AppliedDocument

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=4), values, max_size=4)


def test_only_what_is_different_is_named() -> None:
    before = 'spec: {tracing: [{randomSamplingPercentage: 1}]}\nlabels: {"a.b/c": x}\n'
    after = "labels:\n  a.b/c: y\nspec:\n  tracing:\n  - randomSamplingPercentage: 100\n    added: [1]\n"
    found = compare_texts("t.yaml", before, after)
    assert found.presence is Presence.CHANGED
    assert [(each.path, each.before, each.after) for each in found.fields] == [
        ('labels["a.b/c"]', '"x"', '"y"'),
        ("spec.tracing[0].added", None, "[1]"),
        ("spec.tracing[0].randomSamplingPercentage", "1", "100"),
    ]
    assert "-  - randomSamplingPercentage: 1\n" in found.unified
    assert found.unified.startswith("--- before/t.yaml\n+++ after/t.yaml\n")


def test_named_items_are_compared_by_name_and_their_order_counts() -> None:
    before, after = '[{"name": "a", "port": 1}, {"name": "b"}]', '[{"name": "b"}, {"name": "a", "port": 2}]'
    assert [each.path for each in compare_texts("d", before, after).fields] == ["[a].port", " (order)"]


def test_a_number_is_not_the_text_of_it() -> None:
    (change,) = compare_texts("d", "a: 1", "a: '1'").fields
    assert (change.before, change.after) == ("1", '"1"')
    assert compare_texts("d", "a: 1", "a: true").presence is Presence.CHANGED


def test_documents_come_and_go_by_name() -> None:
    found = compare(
        [AppliedDocument("a", "x: 1"), AppliedDocument("b", "y")],
        [AppliedDocument("b", "y"), AppliedDocument("c", "z: 1")],
    )
    assert [(each.name, each.presence.value) for each in found] == [
        ("a", "removed"),
        ("b", "unchanged"),
        ("c", "added"),
    ]
    assert found[2].unified.endswith("+z: 1\n")


def test_a_secret_is_said_to_have_changed_and_not_shown() -> None:
    (found,) = compare([AppliedDocument("a", "token: old", True)], [AppliedDocument("a", "token: new")])
    assert found.presence is Presence.CHANGED
    assert "old" not in repr(found)
    assert "new" not in repr(found)


def test_text_that_is_no_yaml_is_compared_by_line() -> None:
    found = compare_texts("hcl", "a {\n  b = 1\n}\n", "a {\n  b = 2\n}\n")
    assert found.fields == ()
    assert "-  b = 1\n+  b = 2\n" in found.unified


@given(objects, objects)
def test_structures_are_unchanged_just_when_they_are_equal(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = compare_texts("d", json.dumps(before), json.dumps(after))
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    assert (found.presence is Presence.UNCHANGED) == same
    assert compare_texts("d", json.dumps(before), json.dumps(before, indent=1)).presence is Presence.UNCHANGED


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_can_be_compared(before: str, after: str) -> None:
    compare_texts("d", before, after)
