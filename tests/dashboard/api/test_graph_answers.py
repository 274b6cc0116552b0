"""Bodies that are kept: of the same graph and question only, and no more than fit."""

from datetime import UTC, datetime, timedelta

from dashboard.api.graph_answers import MAX_BYTES, GraphAnswers
from dashboard.api.graph_view import show_graph, with_age
from dashboard.reads.hub import DataAge
from meshhub.model import TimeRange
from meshhub.testing.graphs import empty, shop

WINDOW = TimeRange.last(timedelta(minutes=15), now=datetime(2026, 9, 21, tzinfo=UTC))


def test_a_body_is_written_once_for_a_graph_and_a_question() -> None:
    answers, graph, written = GraphAnswers(), empty(WINDOW), []

    def write() -> bytes:
        written.append(1)
        return b"{}"

    for question in ("a", "b", "a", "b"):
        assert answers.body(graph, question, write) == b"{}"
    assert len(written) == 2
    answers.body(empty(WINDOW), "a", write)
    assert len(written) == 3, "an equal graph that was made later may say something else"


def test_the_bodies_used_last_are_kept_up_to_a_size() -> None:
    answers, graph = GraphAnswers(), empty(WINDOW)
    for question in range(5):
        answers.body(graph, question, lambda: bytes(MAX_BYTES // 3))
    assert list(answers._kept) == [2, 3, 4]
    assert answers.body(graph, "too large", lambda: bytes(MAX_BYTES + 1)) == bytes(MAX_BYTES + 1)
    assert len(answers._kept) == 0


def test_the_age_of_the_data_is_put_into_a_body_that_was_written_without() -> None:
    body = with_age(
        b'{"window":{"end":"x"},"freshness":null,"notes":["\\"freshness\\":null"]}', DataAge(1.5, None, 2.0)
    )
    assert body.startswith(b'{"window":{"end":"x"},"freshness":{')
    assert body.endswith(b'"notes":["\\"freshness\\":null"]}')


def test_every_response_flag_of_a_graph_is_explained_once() -> None:
    body = show_graph(shop(WINDOW), None, reports=False)
    assert list(body["response_flags"]) == ["UF", "UO", "URX", "UT"]
    assert all(text.endswith(".") for text in body["response_flags"].values())
