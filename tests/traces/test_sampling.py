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
    ("request_id", "spans", "says"),
    [
        ("9f1c2d3e-aaaa-9bbb-8ccc-0123456789ab", 12, "Traced with 12 spans"),
        ("9f1c2d3e-aaaa-4bbb-8ccc-0123456789ab", 1, "chose it for tracing"),
        ("9f1c2d3e-aaaa-4bbb-8ccc-0123456789ab", 0, "was not chosen for tracing"),
        ("9f1c2d3e-aaaa-9bbb-8ccc-0123456789ab", 0, "although its request id says that it was sampled"),
        ("order-4711", 0, "use_request_id_for_trace_sampling"),
    ],
)
def test_the_sentence_says_why(request_id: str, spans: int, says: str) -> None:
    sampling = explain_sampling(request_id, spans)
    assert says in sampling.text
    assert sampling.text.endswith(".")
    assert sampling.spans == spans
