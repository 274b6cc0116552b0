"""Matchers as Alertmanager reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.matchers import Matcher, UnreadableMatcher, make_matcher, matches_all, parse_matcher, parse_matchers

LABELS = {"service": "checkout", "team": "shop", "path": 'a"b,c'}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ('service="checkout"', True),
        ("service=checkout", True),
        ("service = checkout", True),
        ('service!="cart"', True),
        ('service=~"check|cart"', False),
        ('service=~"check.*|cart"', True),
        ('service!~"check.*"', False),
        ('absent=""', True),
        ('absent!=""', False),
        ('absent=~".*"', True),
        ('path="a\\"b,c"', True),
    ],
)
def test_one_matcher(text: str, met: bool) -> None:
    assert parse_matcher(text).matches(LABELS) is met


def test_several_are_all_to_be_met() -> None:
    matchers = parse_matchers('{service="checkout", path="a\\"b,c", team=~"shop|bank"}')
    assert len(matchers) == 3
    assert matches_all(matchers, LABELS)
    assert not matches_all(matchers, LABELS | {"team": "bakery"})
    assert parse_matchers("{}") == ()


@pytest.mark.parametrize(
    "text", ["", "service", "=x", 'service=="x', 'service="x', 'service=~"("', "9x=1", 'a="b"c"', "x" * 2000]
)
def test_what_is_no_matcher_is_refused(text: str) -> None:
    with pytest.raises(UnreadableMatcher, match=r"^could not "):
        parse_matcher(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        matchers = parse_matchers(text)
    except UnreadableMatcher:
        return
    assert parse_matchers(",".join(map(str, matchers))) == matchers


@given(st.text(max_size=30), st.sampled_from(["=", "!="]))
def test_what_is_written_is_read_as_it_was(value: str, operator: str) -> None:
    matcher = make_matcher("name", operator, value)
    assert parse_matcher(str(matcher)) == matcher
    assert Matcher("name", "=", value).matches({"name": value})
