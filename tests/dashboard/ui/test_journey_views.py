import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dashboard.ui.links import Links
from dashboard.ui.views import journey as views
from dashboard.ui.views.journey_words import judge_hop, sentences
from dashboard.ui.views.waterfall import waterfall
from meshhub.errors import NotFound
from meshhub.model import WorkloadIdentity
from meshhub.testing import journeys
from topology.health import Health
from traces.model import ContextBreak, Found, Journey, Note

Text = Callable[[Any], str]
LINKS = Links("/ui/", f"?id={journeys.SAMPLED_ID}")


def test_a_request_is_told_in_sentences() -> None:
    ended, late, slowest = sentences(journeys.sampled())
    assert ended == "The request was answered with 200 after 186 ms. It made 7 hops to 7 workloads."
    assert late.startswith("Hop 1.1.2, checkout:v1 → payment:v1, was answered at attempt 2; 1 attempt came to no proxy")
    assert slowest.startswith("113 ms of 186 ms (60.7 %) went to hop 1.1.2, checkout:v1 → payment:v1")


def test_a_failure_is_traced_to_where_it_began() -> None:
    ended, began, _ = sentences(journeys.failed())
    assert ended == "The request failed with 503 after 8.3 ms. It made 3 hops to 3 workloads."
    assert began.startswith("It failed first at hop 1.1.1, storefront:v1 → reviews:v1: No host of the upstream cluster")
    assert "(no healthy upstream)" in began


def test_a_request_without_hops_says_so() -> None:
    nothing = replace(journeys.sampled(), hops=(), outcome=None)
    assert sentences(nothing) == ("Nothing is known of its way: no proxy reported a hop.",)


def test_an_answer_after_a_retry_is_not_well() -> None:
    hops = {hop.id: judge_hop(hop) for hop in journeys.sampled().hops}
    assert hops["1.1.2"] == (Health.DEGRADED, "answered at attempt 2")
    assert hops["1.1"][0] is Health.HEALTHY


@pytest.mark.parametrize("make", [journeys.sampled, journeys.unsampled, journeys.failed])
def test_the_waterfall_has_a_row_for_each_hop_with_or_without_spans(make: Callable[[], Journey], text: Text) -> None:
    found = make()
    said = text(waterfall(found, "", LINKS))
    for hop in found.hops:
        assert hop.destination.identity.service in said
    assert ("charge <b>card</b>" in said) == (found.sampling.spans > 0)


def test_bars_stay_inside_the_picture(written: Text) -> None:
    odd = journeys.sampled()
    hops = (replace(odd.hops[0], start_us=-500, duration_us=-3), *odd.hops[1:])
    plain = written(waterfall(replace(odd, hops=hops, duration_us=0), "", LINKS))
    shares = [float(share) for share in re.findall(r'"(?:left|width|right)": "([^%]+)%"', plain)]
    assert shares
    assert all(0 <= share <= 100 for share in shares)


def test_the_page_has_the_reason_why_there_is_no_trace(text: Text) -> None:
    said = text(views.journey(journeys.unsampled(), "", LINKS))
    assert "did not sample this request" in said
    assert "From 12 access logs, 0 spans and 0 log lines." in said


def test_what_was_cut_off_is_said(text: Text) -> None:
    cut = replace(journeys.sampled(), found=Found(1000, 0, 0, truncated=True))
    assert "this is not all" in text(views.journey(cut, "", LINKS))


def test_a_chosen_hop_is_shown_in_full(text: Text) -> None:
    said = text(views.journey(journeys.sampled(), "1.1.2", LINKS))
    assert "UT upstream request timeout (by client)" in said
    assert "Attempts 2 1" in said
    assert "Mutual TLS (TLSv1.3)" in said
    assert "1 not seen by the callee – 2 200 163 ms payment-7d9f" in said
    assert "Waiting for the answer" in said
    assert "receipt <b>sent</b>" in said


def test_a_hop_that_only_the_client_saw_says_so(text: Text) -> None:
    said = text(views.journey(journeys.failed(), "1.1.1", LINKS))
    assert "no report" in said
    assert "The proxy of reviews did not report" in said


def test_an_unknown_hop_shows_none(text: Text) -> None:
    assert "Where the time went" in text(views.journey(journeys.sampled(), "9.9", LINKS))


def test_application_logs_are_in_order_of_time_and_plain_text(text: Text) -> None:
    said = text(views.journey(journeys.sampled(), "", LINKS))
    assert said.index("order 91: 3 items") < said.index("payment slow, trying again <script>alert(1)")


def test_nothing_found_says_what_was_searched_and_what_to_do(text: Text) -> None:
    said = text(views.not_found(NotFound("could not find the request x: no access log has this id")))
    assert "Could not find the request x: no access log has this id" in said
    assert "This page looks again by itself" in said


def test_the_whole_time_is_broken_down_and_adds_up(text: Text) -> None:
    said = text(views.journey(journeys.sampled(), "", LINKS))
    assert "Upstream: the callee's application 91.1 ms 48.9 %" in said
    assert "Unknown: no proxy timed it 1.7 ms" in said
    assert "Together 186 ms" in said


def test_the_calls_around_a_hop_are_counted(text: Text) -> None:
    said = text(views.journey(journeys.sampled(), "1.1.2", LINKS))
    assert "Calls around it 10 minutes around it, by the client's proxies" in said
    assert "1,240 calls" in said
    assert "Outlier detection took hosts out: 2 ejections." in said


def test_a_service_that_loses_the_context_is_named_with_the_fix(text: Text) -> None:
    broken = ContextBreak(
        WorkloadIdentity(service="cart"), "request-id", "1.1", 0.9, "cart loses it.", "Copy <b>it</b>."
    )
    note = Note("context-lost", broken.text)
    found = replace(journeys.unsampled(), breaks=(broken,), notes=(note,))
    said = text(views.journey(found, "", LINKS))
    assert "cart loses it." in said
    assert "Fix: Copy <b>it</b>." in said
