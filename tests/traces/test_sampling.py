"""What a request id says of tracing, and the sentence that explains why there is no trace."""

import pytest

from traces.model import Decision
from traces.sampling import decision_of, explain_sampling


@pytest.mark.parametrize(
    ("request_id", "decision"),
    [
        ("9f1c2d3e-aaaa-4bbb-8ccc-0123456789ab", Decision.NOT_TRACED),
        ("9f1c2d3e-aaaa-9bbb-8ccc-0123456789ab", Decision.SAMPLED),
        ("9f1c2d3e-aaaa-abbb-8ccc-0123456789ab", Decision.FORCED_BY_SERVER),
        ("9F1C2D3E-AAAA-BBBB-8CCC-0123456789AB", Decision.FORCED_BY_CLIENT),
        ("9f1c2d3e-aaaa-7bbb-8ccc-0123456789ab", Decision.FOREIGN_ID),
        ("9f1c2d3eaaaa4bbb8ccc0123456789ab", Decision.FOREIGN_ID),
        ("order-4711", Decision.FOREIGN_ID),
        ("", Decision.FOREIGN_ID),
    ],
)
def test_the_id_carries_the_decision(request_id: str, decision: Decision) -> None:
    assert decision_of(request_id) is decision


@pytest.mark.parametrize(
    ("request_id", "spans", "flag", "says"),
    [
        (
            "9f1c2d3e-aaaa-4bbb-8ccc-0123456789ab",
            9,
            "yes",
            "Traced with 9 spans: its traceparent says that it was sampled",
        ),
        ("9f1c2d3e-aaaa-4bbb-8ccc-0123456789ab", 0, "yes", "No trace is stored, although its traceparent"),
        ("9f1c2d3e-aaaa-4bbb-8ccc-0123456789ab", 0, "no", "it was not sampled, says its traceparent"),
        ("order-4711", 1, "no", "Traced with one span, although its traceparent says that it was not sampled"),
        ("9f1c2d3e-aaaa-9bbb-8ccc-0123456789ab", 12, "unknown", "Traced with 12 spans"),
        ("9f1c2d3e-aaaa-4bbb-8ccc-0123456789ab", 1, "unknown", "chose it for tracing"),
        ("9f1c2d3e-aaaa-4bbb-8ccc-0123456789ab", 0, "unknown", "was not chosen for tracing"),
        ("9f1c2d3e-aaaa-9bbb-8ccc-0123456789ab", 0, "unknown", "although its request id says that it was sampled"),
        ("order-4711", 0, "unknown", "use_request_id_for_trace_sampling"),
    ],
)
def test_the_sentence_says_why(request_id: str, spans: int, flag: str, says: str) -> None:
    sampling = explain_sampling(request_id, spans, flag)
    assert says in sampling.text
    assert sampling.text.endswith(".")
    assert sampling.spans == spans
