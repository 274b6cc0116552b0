"""The page of findings by value."""

from collections.abc import Callable
from typing import Any

from dashboard.reads.findings import Findings
from dashboard.ui import ids
from dashboard.ui.links import Links
from dashboard.ui.views.findings import findings
from meshhub.errors import StorageError
from meshhub.model import TimeRange
from meshhub.testing.fake_findings import FINDINGS

Text = Callable[[Any], str]


def test_each_finding_says_what_where_why_and_how_to_mend_it(window: TimeRange, text: Text) -> None:
    said = text(findings(Findings(window, 1, window, FINDINGS), Links("/ui/")))
    assert "■ Broken storefront loses the x-request-id storefront.shop@demo 412 calls of 412" in said
    assert "storefront.shop@demo → ratings.shop@demo" in said
    assert "Copy the header x-request-id" in said


def test_examples_lead_to_their_requests_and_are_text(window: TimeRange, written: Callable[[Any], str]) -> None:
    said = written(findings(Findings(window, 1, window, FINDINGS), Links("/ui/", "?window=1h&select=x")))
    assert "/ui/requests?window=1h&select=x&id=0f9b3c1e-5d0c-9f6e-8a5b-0c2f4a1d7e11" in said
    assert "id=%3Cb%3Enot-a-uuid%3C%2Fb%3E" in said


def test_a_share_that_was_looked_at_is_said(window: TimeRange, text: Text) -> None:
    assert "one in 40 was looked at" in text(findings(Findings(window, 40, window, FINDINGS), Links("/ui/")))


def test_nothing_found_says_what_was_looked_for(window: TimeRange, text: Text) -> None:
    said = text(findings(Findings(window, 1, window, ()), Links("/ui/")))
    assert said.startswith("Nothing was found")
    assert "retry storms" in said


def test_the_page_asks_for_the_window_of_the_url(ui: Any, text: Text) -> None:
    answer = ui.call(f"{ids.FINDINGS_LIST}.children", frame_location__search="?window=1h")
    assert "storefront loses the x-request-id" in text(answer[ids.FINDINGS_LIST]["children"])


def test_a_hub_that_cannot_answer_says_why(ui: Any, text: Text) -> None:
    ui.reads.mood.failure = StorageError("could not run a query: refused", retryable=True)
    answer = ui.call(f"{ids.FINDINGS_LIST}.children", frame_location__search="")
    assert "Could not run a query" in text(answer[ids.FINDINGS_LIST]["children"])
