"""Zipkin v2 (openzipkin/zipkin-api): spans as protobuf, and as JSON, which is made protobuf of here."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from collector.checks.request import Checked
from collector.checks.zipkin_json import encode_zipkin
from collector.receivers.http.exchange import Convert
from collector.receivers.http.messages import Response
from collector.receivers.http.responses import JSON, PROTOBUF
from meshhub.model import Signal

_TEXT = "text/plain; charset=utf-8"
_ACCEPTED = Response(HTTPStatus.ACCEPTED, _TEXT, b"")


class ZipkinEndpoint:
    """Takes lists of spans. A body without a type is JSON, as to Zipkin itself."""

    signal = Signal.ZIPKIN
    path = "/api/v2/spans"
    formats: Mapping[str, Convert | None] = MappingProxyType({JSON: encode_zipkin, PROTOBUF: None, "": encode_zipkin})

    def success(self, checked: Checked, media_type: str) -> Response:  # noqa: ARG002 - both formats are answered alike
        """202; with words if something was left out."""
        if not checked.message:
            return _ACCEPTED
        return Response(HTTPStatus.ACCEPTED, _TEXT, checked.message.encode())
