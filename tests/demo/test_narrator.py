from typing import Any

import pytest

from meshhub.demo.narrator import Narrator

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
REQUEST_ID = "2f1c6f0e-1111-9222-9333-444455556666"
RESOURCE = {"service.name": "storefront", "service.version": "v1"}


def headers(*, sampled: bool) -> dict[str, str]:
    return {"x-request-id": REQUEST_ID, "traceparent": f"00-{TRACE}-{PARENT}-{'01' if sampled else '00'}"}


def tell(port: int, *, sampled: bool, status: int = 200) -> dict[str, str]:
    narrator = Narrator(port, RESOURCE)
    with narrator.tell("GET /products", headers(sampled=sampled)) as story:
        story.status = status
    narrator.close()
    return story.headers


def test_a_sampled_request_gets_a_span_between_its_caller_and_its_calls(otlp: Any) -> None:
    passed_on = tell(otlp.port, sampled=True)
    otlp.wait_until(lambda: otlp.spans() and otlp.logs())
    [(resource, span)] = otlp.spans()
    assert resource["service.name"] == "storefront"
    assert (span.name, span.kind, span.status.code) == ("GET /products", 2, 0)
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    assert passed_on == {"x-request-id": REQUEST_ID, "traceparent": f"00-{TRACE}-{span.span_id.hex()}-01"}


def test_an_unsampled_request_gets_no_span_but_its_log_and_stays_unsampled(otlp: Any) -> None:
    passed_on = tell(otlp.port, sampled=False)
    otlp.wait_until(lambda: bool(otlp.logs()))
    [(_, record)] = otlp.logs()
    assert otlp.spans() == []
    assert record.trace_id.hex() == TRACE
    assert passed_on["traceparent"].startswith(f"00-{TRACE}-")
    assert passed_on["traceparent"].endswith("-00")


@pytest.mark.parametrize(("status", "severity"), [(200, "INFO"), (404, "INFO"), (503, "ERROR")])
def test_each_request_is_logged_with_its_id_and_outcome(otlp: Any, status: int, severity: str) -> None:
    tell(otlp.port, sampled=True, status=status)
    otlp.wait_until(lambda: otlp.spans() and otlp.logs())
    [(resource, record)] = otlp.logs()
    [(_, span)] = otlp.spans()
    attributes = {attribute.key: attribute.value.string_value for attribute in record.attributes}
    assert resource["service.version"] == "v1"
    assert (record.body.string_value, record.severity_text) == (f"GET /products answered {status}", severity)
    assert attributes == {"http.request.method": "GET", "request_id": REQUEST_ID}
    assert (record.trace_id, record.span_id) == (span.trace_id, span.span_id)
    assert span.status.code == (2 if status >= 500 else 0)


def test_a_receiver_that_is_gone_delays_the_end_only_briefly(otlp: Any) -> None:
    otlp.stop()
    tell(otlp.port, sampled=True)
