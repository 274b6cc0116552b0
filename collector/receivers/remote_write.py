"""Prometheus remote write, v1 and v2 (prometheus.io, docs/specs/prw: remote_write_spec, remote_write_spec_2_0).

A sender tries again what is answered 5xx, and drops what is answered 4xx, 429 by default too: so overload is 503. Where
something is wrong with one series, the others are taken, and the answer is 400 with what was written.
"""

import math
from collections.abc import Callable, Mapping
from http import HTTPStatus

from collector.checks.remote_write import WriteCheck, Written
from collector.intake import Intake
from collector.receivers.http.messages import Application, Exchange, Head, Response
from collector.receivers.snappy import decompress, stated_size
from collector.refusal import Reason, Refused
from collector.settings import LimitSettings
from meshhub.model import Signal

PATH = "/api/v1/write"
TRANSPORT = "remote_write"
MEDIA_TYPE = "application/x-protobuf"
V1, V2 = "prometheus.WriteRequest", "io.prometheus.write.v2.Request"
WRITTEN = "x-prometheus-remote-write-{}-written"

QUICK_BYTES = 128 * 1024
"""Larger requests, decompressed, are not checked on the event loop."""

STATUSES: Mapping[Reason, HTTPStatus] = {
    Reason.MALFORMED: HTTPStatus.BAD_REQUEST,
    Reason.UNSUPPORTED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Reason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Reason.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Reason.OVERLOADED: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.JOURNAL_FULL: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.STOPPING: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.INTERNAL: HTTPStatus.SERVICE_UNAVAILABLE,
}


class RemoteWriteApplication:
    """Serves remote write at its path; other paths are another application's."""

    def __init__(self, intake: Intake, limits: LimitSettings, others: Application) -> None:
        self._intake = intake
        self._limits = limits
        self._others = others
        check = WriteCheck(limits)
        self._checks = {V1: check.check_v1, V2: check.check_v2}

    def begin(self, head: Head) -> Exchange | Response:
        """Refuse by the head: method, client, version, encoding; too large; no room."""
        if head.path != PATH:
            return self._others.begin(head)
        if head.method != "POST":
            message = f"could not serve {head.method}: send samples with POST"
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED, message, {"allow": "POST"})
        try:
            tenant = self._intake.admit(head.headers.get("authorization"))
            check = self._checks[_version(head)]
        except Refused as refused:
            self._intake.count_refusal(Signal.REMOTE_WRITE, refused.reason, TRANSPORT)
            return refusal(refused)
        exchange = RemoteWriteExchange(self._intake, self._limits, check, tenant)
        return exchange.announce(head.content_length) or exchange

    def fail(self, status: HTTPStatus, message: str) -> Response:
        """The answer to what is no whole request."""
        return self._others.fail(status, message)


class RemoteWriteExchange:
    """Receives the body of one request and takes it in."""

    def __init__(self, intake: Intake, limits: LimitSettings, check: Callable[[bytes], Written], tenant: str) -> None:
        self._intake = intake
        self._check = check
        self._tenant = tenant
        self._max_received = int(limits.compressed_bytes)
        self._max_bytes = int(limits.request_bytes)
        self._pieces: list[bytes] = []
        self._held = 0

    def announce(self, size: int) -> Response | None:
        """Refuse a body by the length that is announced for it."""
        if size <= self._max_received:
            return None
        message = f"could not take the request: it is larger than {self._max_received} bytes"
        return self._refuse(Refused(Reason.TOO_LARGE, message))

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
            written = await self._decided()
            self.discard()
            await self._keep(written)
        except Refused as refused:
            return self._refuse(refused)
        return _answer(written)

    def discard(self) -> None:
        self._intake.admission.give(self._held)
        self._held = 0
        self._pieces = []

    async def _decided(self) -> Written:
        block = b"".join(self._pieces)
        size = min(stated_size(block), self._max_bytes)
        self._intake.admission.take(size)
        try:
            if size <= QUICK_BYTES:
                return self._decide(block)
            return await self._intake.in_slow_lane(lambda: self._decide(block))
        finally:
            self._intake.admission.give(size)

    def _decide(self, block: bytes) -> Written:
        return self._check(decompress(block, self._max_bytes))

    async def _keep(self, written: Written) -> None:
        """Histograms first: where they cannot be kept, a retry must not double the samples."""
        if written.histograms:
            await self._intake.receive(Signal.METRICS, written.histograms, self._tenant, TRANSPORT)
        await self._intake.keep(
            Signal.REMOTE_WRITE, written.body, self._tenant, TRANSPORT, written.samples, written.rejected
        )

    def _refuse(self, refused: Refused) -> Response:
        self._intake.count_refusal(Signal.REMOTE_WRITE, refused.reason, TRANSPORT)
        return refusal(refused)


def refusal(refused: Refused) -> Response:
    """The answer to a request of which nothing was taken."""
    headers = {WRITTEN.format(kind): "0" for kind in ("samples", "histograms", "exemplars")}
    if refused.retry_after is not None:
        headers["retry-after"] = str(max(1, math.ceil(refused.retry_after)))
    if refused.reason is Reason.UNAUTHENTICATED:
        headers["www-authenticate"] = "Bearer"
    return _plain(STATUSES[refused.reason], str(refused), headers)


def _answer(written: Written) -> Response:
    headers = {
        WRITTEN.format("samples"): str(written.samples),
        WRITTEN.format("histograms"): str(written.histogram_samples),
        WRITTEN.format("exemplars"): "0",
    }
    if written.message:
        return _plain(HTTPStatus.BAD_REQUEST, written.message, headers)
    return Response(HTTPStatus.NO_CONTENT, "text/plain", b"", headers)


def _plain(status: HTTPStatus, message: str, headers: Mapping[str, str]) -> Response:
    return Response(status, "text/plain; charset=utf-8", message.encode(), headers)


def _version(head: Head) -> str:
    """The message that the body is.

    Raises:
        Refused: the media type, the message or the content coding is not one of ours.
    """
    media_type, _, parameters = head.get("content-type").partition(";")
    named = [part.strip()[6:] for part in parameters.split(";") if part.strip().lower().startswith("proto=")]
    message = named[0].strip('"') if named else V1
    if media_type.strip().lower() != MEDIA_TYPE or message not in (V1, V2):
        text = f"could not read the request: its content-type must be {MEDIA_TYPE}, with proto={V1} or proto={V2}"
        raise Refused(Reason.UNSUPPORTED, text)
    if head.get("content-encoding").strip().lower() not in ("", "snappy"):
        raise Refused(Reason.UNSUPPORTED, "could not read the request: its content-encoding must be snappy")
    return message
