"""OTLP/HTTP (opentelemetry-proto, docs/specification.md): one path for each signal, in protobuf and in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from collector.checks.otlp_json import encode_json
from collector.checks.request import Checked
from collector.receivers.answers import export_response
from collector.receivers.http.exchange import Convert
from collector.receivers.http.messages import Response
from collector.receivers.http.responses import JSON, PROTOBUF, encode
from collector.schema import SCHEMAS, SignalSchema
from meshhub.model import Signal

_FULL_SUCCESS = {
    PROTOBUF: Response(HTTPStatus.OK, PROTOBUF, b""),
    JSON: Response(HTTPStatus.OK, JSON, b"{}"),
}


@dataclass(frozen=True, slots=True)
class OtlpEndpoint:
    """Takes Export*ServiceRequest of one signal."""

    schema: SignalSchema

    @property
    def signal(self) -> Signal:
        return self.schema.signal

    @property
    def path(self) -> str:
        return self.schema.path

    @property
    def formats(self) -> Mapping[str, Convert | None]:
        return {PROTOBUF: None, JSON: partial(encode_json, self.schema.request)}

    def success(self, checked: Checked, media_type: str) -> Response:
        """The answer to a request that was taken, maybe in part."""
        if not checked.message:
            return _FULL_SUCCESS[media_type]
        return Response(HTTPStatus.OK, media_type, encode(export_response(self.schema, checked), media_type))


OTLP_ENDPOINTS = tuple(map(OtlpEndpoint, SCHEMAS.values()))
