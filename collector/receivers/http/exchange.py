"""What is asked of a request that brings telemetry over HTTP, whatever its format, and what is answered."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Protocol

from collector.checks.request import Checked
from collector.intake import Intake
from collector.receivers.http.decompression import CODINGS, decompress
from collector.receivers.http.messages import Head, Response
from collector.receivers.http.responses import JSON, failure, refusal
from collector.refusal import Reason, Refused
from collector.settings import LimitSettings
from meshhub.model import Signal

TRANSPORT = "http"

QUICK_COMPRESSED_BYTES = 64 * 1024
QUICK_BYTES = 1024 * 1024
"""What is decompressed on the event loop: this much of that much at most."""

Convert = Callable[[bytes], bytes]
"""Makes protobuf of a body in another format. Raises ValueError, which says why the body is not of that format."""


class Endpoint(Protocol):
    """One path that takes telemetry."""

    @property
    def signal(self) -> Signal: ...

    @property
    def path(self) -> str: ...

    @property
    def formats(self) -> Mapping[str, Convert | None]:
        """By media type, what makes protobuf of a body; None where the body is protobuf."""
        ...

    def success(self, checked: Checked, media_type: str) -> Response:
        """The answer to a request that was taken, maybe in part."""
        ...


class TelemetryApplication:
    """Begins an exchange for each request that is worth receiving."""

    def __init__(self, intake: Intake, limits: LimitSettings, endpoints: Sequence[Endpoint]) -> None:
        self._intake = intake
        self._limits = limits
        self._endpoints = {endpoint.path: endpoint for endpoint in endpoints}

    def begin(self, head: Head) -> "TelemetryExchange | Response":
        """Refuse by the head: unknown path, method, client, encoding; too large; no room."""
        media_type = head.get("content-type").partition(";")[0].strip().lower()
        endpoint = self._endpoints.get(head.path)
        if endpoint is None:
            message = f"could not find {head.path[:100]}: there are {', '.join(self._endpoints)}"
            return failure(HTTPStatus.NOT_FOUND, message, media_type)
        if head.method != "POST":
            message = f"could not serve {head.method}: send telemetry with POST"
            return failure(HTTPStatus.METHOD_NOT_ALLOWED, message, media_type, {"allow": "POST"})
        try:
            tenant = self._intake.admit(head.headers.get("authorization"))
            coding = _coding(head, media_type, endpoint)
        except Refused as refused:
            self._intake.count_refusal(endpoint.signal, refused.reason, TRANSPORT)
            return refusal(refused, media_type)
        exchange = TelemetryExchange(self._intake, self._limits, endpoint, tenant, media_type, coding)
        return exchange.announce(head.content_length) or exchange

    def fail(self, status: HTTPStatus, message: str) -> Response:
        """The answer to what is no whole request."""
        return failure(status, message, JSON)


class TelemetryExchange:
    """Receives the body of one request and takes it in."""

    def __init__(
        self,
        intake: Intake,
        limits: LimitSettings,
        endpoint: Endpoint,
        tenant: str,
        media_type: str,
        coding: str,
    ) -> None:
        self._intake = intake
        self._endpoint = endpoint
        self._tenant = tenant
        self._media_type = media_type
        self._coding = coding
        self._convert = endpoint.formats[media_type]
        self._max_bytes = int(limits.request_bytes if self._convert is None else limits.json_bytes)
        self._max_received = int(limits.compressed_bytes) if self._coding else self._max_bytes
        self._pieces: list[bytes] = []
        self._held = 0

    def announce(self, size: int) -> Response | None:
        """Refuse a body by the length that is announced for it."""
        if size <= self._max_received:
            return None
        return self._refuse(
            Refused(Reason.TOO_LARGE, f"could not take the request: it is larger than {self._max_received} bytes")
        )

    def receive(self, data: bytes) -> Response | None:
        try:
            self._intake.admission.take(len(data))
        except Refused as refused:
            return self._refuse(refused)
        self._held += len(data)
        self._pieces.append(data)
        return self.announce(self._held)

    async def finish(self) -> Response:
        try:
            body = await self._decoded()
            self.discard()
            checked = await self._intake.receive(self._endpoint.signal, body, self._tenant, TRANSPORT)
        except Refused as refused:
            return self._refuse(refused)
        return self._endpoint.success(checked, self._media_type)

    def discard(self) -> None:
        self._intake.admission.give(self._held)
        self._held = 0
        self._pieces = []

    async def _decoded(self) -> bytes:
        """The request as protobuf."""
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        if self._coding:
            body = await self._decompressed(body)
        convert = self._convert
        if convert is not None:
            body = await self._intake.in_slow_lane(lambda: _converted(convert, body))
        return body

    async def _decompressed(self, body: bytes) -> bytes:
        if len(body) <= QUICK_COMPRESSED_BYTES:
            try:
                return decompress(self._coding, body, min(QUICK_BYTES, self._max_bytes))
            except Refused as refused:
                if refused.reason is not Reason.TOO_LARGE:
                    raise
        return await self._intake.in_slow_lane(lambda: decompress(self._coding, body, self._max_bytes))

    def _refuse(self, refused: Refused) -> Response:
        self._intake.count_refusal(self._endpoint.signal, refused.reason, TRANSPORT)
        return refusal(refused, self._media_type)


def _converted(convert: Convert, body: bytes) -> bytes:
    try:
        return convert(body)
    except ValueError as error:
        raise Refused(Reason.MALFORMED, f"could not decode the request: {error}") from error


def _coding(head: Head, media_type: str, endpoint: Endpoint) -> str:
    """The content coding, "" for none.

    Raises:
        Refused: the coding or the media type is not one of ours.
    """
    if media_type not in endpoint.formats:
        known = " or ".join(name for name in endpoint.formats if name)
        raise Refused(Reason.UNSUPPORTED, f"could not read the request: its content-type must be {known}")
    coding = head.get("content-encoding").strip().lower()
    if coding in ("", "identity"):
        return ""
    if coding not in CODINGS:
        message = f"could not read the request: its content-encoding must be one of {', '.join(CODINGS)}, identity"
        raise Refused(Reason.UNSUPPORTED, message)
    return coding
