import pytest
from opentelemetry.proto.logs.v1.logs_pb2 import SEVERITY_NUMBER_ERROR as SEVERITY_ERROR
from opentelemetry.proto.logs.v1.logs_pb2 import SEVERITY_NUMBER_INFO as SEVERITY_INFO
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from meshhub.demo.narrator import Narrator
from meshhub.testing.otlp_receiver import OtlpReceiver

SERVER = Span.SPAN_KIND_SERVER
STATUS_ERROR = Status.STATUS_CODE_ERROR

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


def test_a_sampled_request_gets_a_span_between_its_caller_and_its_calls(otlp: OtlpReceiver) -> None:
    passed_on = tell(otlp.port, sampled=True)
    [span] = otlp.wait_for(lambda: otlp.spans({}))
    assert (span["service.name"], span["name"], span["kind"]) == ("storefront", "GET /products", SERVER)
    assert (span["trace_id"], span["parent_id"]) == (TRACE, PARENT)
    assert passed_on == {"x-request-id": REQUEST_ID, "traceparent": f"00-{TRACE}-{span['span_id']}-01"}


def test_an_unsampled_request_gets_no_span_but_its_log_and_stays_unsampled(otlp: OtlpReceiver) -> None:
    passed_on = tell(otlp.port, sampled=False)
    [log] = otlp.wait_for(lambda: otlp.access_logs({}))
    assert otlp.spans({}) == []
    assert log["trace_id"] == TRACE
    assert passed_on["traceparent"].startswith(f"00-{TRACE}-")
    assert passed_on["traceparent"].endswith("-00")


@pytest.mark.parametrize("status", [200, 404, 503])
def test_each_request_is_logged_with_its_id_and_outcome(otlp: OtlpReceiver, status: int) -> None:
    tell(otlp.port, sampled=True, status=status)
    [log] = otlp.wait_for(lambda: otlp.access_logs({}))
    [span] = otlp.wait_for(lambda: otlp.spans({}))
    assert (log["service.version"], log["http.request.method"], log["request_id"]) == ("v1", "GET", REQUEST_ID)
    assert f"GET /products answered {status}" in log["body"]
    assert (log["trace_id"], log["span_id"]) == (span["trace_id"], span["span_id"])


@pytest.mark.parametrize(("status", "severity", "code"), [(404, SEVERITY_INFO, 0), (503, SEVERITY_ERROR, STATUS_ERROR)])
def test_only_a_failure_is_an_error(otlp: OtlpReceiver, status: int, severity: int, code: int) -> None:
    tell(otlp.port, sampled=True, status=status)
    otlp.wait_for(lambda: {kept.service for kept in otlp.kept} == {"Logs", "Trace"})
    by_service = {kept.service: kept.request for kept in otlp.kept}
    [log] = by_service["Logs"].resource_logs[0].scope_logs[0].log_records
    [span] = by_service["Trace"].resource_spans[0].scope_spans[0].spans
    assert (log.severity_number, span.status.code) == (severity, code)


def test_a_receiver_that_is_gone_delays_the_end_only_briefly(otlp: OtlpReceiver) -> None:
    otlp.stop()
    tell(otlp.port, sampled=True)
