"""The bodies of OTLP's answers, the same in both protocols (opentelemetry-proto, docs/specification.md)."""

from collections.abc import Mapping

from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from collector.checks.request import Checked
from collector.refusal import Reason, Refused
from collector.schema import SignalSchema

MAX_MESSAGE_CHARACTERS = 1000

CODES: Mapping[Reason, int] = {
    Reason.MALFORMED: code_pb2.INVALID_ARGUMENT,
    Reason.UNSUPPORTED: code_pb2.INVALID_ARGUMENT,
    Reason.TOO_LARGE: code_pb2.RESOURCE_EXHAUSTED,
    Reason.UNAUTHENTICATED: code_pb2.UNAUTHENTICATED,
    Reason.OVERLOADED: code_pb2.RESOURCE_EXHAUSTED,
    Reason.JOURNAL_FULL: code_pb2.RESOURCE_EXHAUSTED,
    Reason.STOPPING: code_pb2.UNAVAILABLE,
    Reason.INTERNAL: code_pb2.UNAVAILABLE,
}
"""google.rpc.Code of a refusal. RESOURCE_EXHAUSTED invites a retry only together with RetryInfo."""


def export_response(schema: SignalSchema, checked: Checked) -> Message:
    """Export*ServiceResponse. On full success `partial_success` is unset; with a message alone it is a warning."""
    response = schema.response()
    if checked.message or checked.rejected:
        partial = response.partial_success  # type: ignore[attr-defined]
        setattr(partial, schema.rejected_field, checked.rejected)
        partial.error_message = checked.message[:MAX_MESSAGE_CHARACTERS]
    return response


def refusal_status(refused: Refused) -> Status:
    """google.rpc.Status; with RetryInfo if, and only if, a retry may help."""
    answer = Status(code=CODES[refused.reason], message=str(refused)[:MAX_MESSAGE_CHARACTERS])
    if refused.retry_after is not None:
        delay = Duration()
        delay.FromMilliseconds(round(refused.retry_after * 1000))
        detail = Any()
        detail.Pack(RetryInfo(retry_delay=delay))
        answer.details.append(detail)
    return answer
