"""The check of a remote-write request, and of v2 what makes v1 of it: one form goes to the journal and the engine.

v1 passes on as it came, unless a series has to be left out. In v2 labels are references into a table of symbols; the
engine would copy that table for each series, so they are written out here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from collector.checks.outline import count_fields
from collector.checks.prometheus_histograms import histograms_request
from collector.checks.prometheus_messages import message_class
from collector.journal.record import OWN_FIELDS, encode_varint
from collector.refusal import Reason, Refused
from collector.settings import LimitSettings

NAME = "__name__"
TIMESERIES_V1, TIMESERIES_V2 = 1, 5

QUICK_BYTES = 4 * 1024 * 1024
"""Series of larger requests are counted before there is memory taken for them."""

TYPE_FIELD = b"\x28"
"""Field 5 of a series in the journal, which v1 does not have: the type that v2 and scrapes know."""

_SERIES, _LABELS, _SAMPLES = b"\x0a", b"\x0a", b"\x12"


@dataclass(frozen=True, slots=True)
class Written:
    """A request that may be journaled.

    Attributes:
        body: the encoded WriteRequest; empty if nothing is left.
        histograms: an encoded ExportMetricsServiceRequest of its native histograms; empty if there are none.
        series: how many series are in it.
        samples, histogram_samples: how many of each are kept.
        rejected: how many series were left out.
        message: why; empty if all were kept.
    """

    body: bytes
    histograms: bytes
    series: int
    samples: int
    histogram_samples: int
    rejected: int = 0
    message: str = ""


class WriteCheck:
    """Checks requests of both versions. Stateless."""

    def __init__(self, limits: LimitSettings) -> None:
        self._limits = limits
        self._outline_v1: Any = message_class("WriteRequestOutline").FromString
        self._decode_v1: Any = message_class("WriteRequest").FromString
        self._outline_v2: Any = message_class("RequestV2Outline").FromString
        self._decode_v2: Any = message_class("RequestV2").FromString

    def check_v1(self, body: bytes) -> Written:
        """Take a prometheus.WriteRequest.

        Raises:
            Refused: it cannot be decoded, or has too many series or samples.
        """
        outline, request = self._decoded(body, TIMESERIES_V1, self._outline_v1, self._decode_v1)
        faults: Counter[str] = Counter()
        kept: list[bytes] = []
        native: list[tuple[dict[str, str], Sequence[Any]]] = []
        samples = 0
        for encoded, series in zip(outline.timeseries, request.timeseries, strict=True):
            labels = series.labels
            if len(encoded) > self._plain_bytes or not labels or labels[0].name != NAME:
                fault = self._fault([(label.name, label.value) for label in labels])
                if fault:
                    faults[fault] += 1
                    continue
            samples += len(series.samples)
            if series.histograms:
                native.append(({label.name: label.value for label in labels}, series.histograms))
            kept.append(encoded)
        if faults:
            metadata = [b"\x1a" + encode_varint(len(each)) + each for each in outline.metadata]
            body = b"".join([*map(_framed, kept), *metadata])
        has_rows = samples or outline.metadata
        return self._written(body if has_rows else b"", kept, samples, native, faults)

    def check_v2(self, body: bytes) -> Written:
        """Take an io.prometheus.write.v2.Request.

        Raises:
            Refused: as `check_v1`.
        """
        _, request = self._decoded(body, TIMESERIES_V2, self._outline_v2, self._decode_v2)
        symbols: list[str] = list(request.symbols)
        if not symbols or symbols[0]:
            raise Refused(Reason.MALFORMED, "could not take the request: its first symbol is not the empty text")
        faults: Counter[str] = Counter()
        kept: list[bytes] = []
        native: list[tuple[dict[str, str], Sequence[Any]]] = []
        pairs: dict[tuple[int, int], bytes] = {}
        fields = [text.encode() for text in symbols]
        samples = 0
        for series in request.timeseries:
            refs = list(series.labels_refs)
            if len(refs) % 2 or (refs and max(refs) >= len(symbols)):
                faults["a reference to a label is none"] += 1
                continue
            named = list(zip(refs[::2], refs[1::2], strict=True))
            fault = self._fault([(symbols[name], symbols[value]) for name, value in named])
            if fault:
                faults[fault] += 1
                continue
            if series.histograms:
                native.append(({symbols[name]: symbols[value] for name, value in named}, series.histograms))
            if not series.samples:
                kept.append(b"")
                continue
            samples += len(series.samples)
            pieces = [pairs.get(pair) or _label(pairs, fields, pair) for pair in named]
            pieces += [_SAMPLES + encode_varint(len(sample)) + sample for sample in series.samples]
            pieces.append(TYPE_FIELD + encode_varint(series.metadata.type & 0x7F))
            kept.append(b"".join(pieces))
        made = b"".join(map(_framed, filter(None, kept)))
        return self._written(made, kept, samples, native, faults)

    @property
    def _plain_bytes(self) -> int:
        """A series as small as this is within the limits, whatever is in it: a label takes two bytes and more."""
        return min(self._limits.attributes * 2, int(self._limits.record_bytes))

    def _decoded(self, body: bytes, number: int, outline: Any, decode: Any) -> tuple[Any, Any]:
        try:
            most = self._limits.records
            if len(body) > QUICK_BYTES and count_fields(body, (number,), most) > most:
                raise _too_many(most)
            seen = outline(body)
            if len(seen.timeseries) > most:
                raise _too_many(most)
            unknown: Any = UnknownFieldSet(seen)
            if any(field.field_number in OWN_FIELDS for field in unknown):
                raise Refused(Reason.MALFORMED, "could not take the request: it has a field that no version has")
            return seen, decode(body)
        except (DecodeError, ValueError) as error:
            raise Refused(Reason.MALFORMED, "could not decode the request: it is not of its version") from error

    def _fault(self, labels: list[tuple[str, str]]) -> str:
        """What is the matter with the labels of a series; empty if nothing is."""
        names = {name for name, _ in labels}
        if not dict(labels).get(NAME):
            return "a series has no name"
        if len(names) < len(labels):
            return "a label is there twice"
        if "" in names:
            return "a label has no name"
        if len(labels) > self._limits.attributes:
            return f"more than {self._limits.attributes} labels"
        if sum(len(name) + len(value) for name, value in labels) > self._limits.record_bytes:
            return f"labels of more than {int(self._limits.record_bytes)} bytes"
        return ""

    def _written(
        self,
        body: bytes,
        kept: list[bytes],
        samples: int,
        native: Iterable[tuple[dict[str, str], Sequence[Any]]],
        faults: Counter[str],
    ) -> Written:
        if samples > self._limits.records:
            raise Refused(Reason.TOO_LARGE, f"could not take the request: over {self._limits.records} samples")
        histograms, count, odd = histograms_request(native, self._limits.records)
        faults.update(odd)
        message = "; ".join(f"left out {count}: {fault}" for fault, count in sorted(faults.items()))
        return Written(body, histograms, len(kept), samples, count, faults.total(), message)


def _too_many(most: int) -> Refused:
    return Refused(Reason.TOO_LARGE, f"could not take the request: it has more than {most} series")


def _framed(series: bytes) -> bytes:
    return _SERIES + encode_varint(len(series)) + series


def _label(pairs: dict[tuple[int, int], bytes], fields: list[bytes], pair: tuple[int, int]) -> bytes:
    """A label of v1, made once for its pair of symbols."""
    name, value = fields[pair[0]], fields[pair[1]]
    content = b"\x0a" + encode_varint(len(name)) + name + b"\x12" + encode_varint(len(value)) + value
    made = pairs[pair] = _LABELS + encode_varint(len(content)) + content
    return made
