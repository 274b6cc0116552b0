"""The hub's own metrics as OTLP requests, for its own journal: so it keeps its history like everybody else's."""

import logging
from collections.abc import Callable

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData

Deliver = Callable[[bytes], None]
"""Takes one serialized ExportMetricsServiceRequest. Raises if it could not."""

logger = logging.getLogger(__name__)


class HistoryExporter(MetricExporter):
    """Hands each export to whoever is connected. Values are cumulative: an export that is not delivered loses only
    the points between its neighbours."""

    def __init__(self) -> None:
        super().__init__()
        self._deliver: Deliver | None = None
        self._failing = False

    def connect(self, deliver: Deliver | None) -> None:
        """Deliver to this receiver from now on; None stops it."""
        self._deliver = deliver

    def export(self, metrics_data: MetricsData, *_args: object, **_kwargs: object) -> MetricExportResult:
        deliver = self._deliver
        if deliver is None:
            return MetricExportResult.SUCCESS
        try:
            deliver(encode_metrics(metrics_data).SerializeToString())
        except Exception as error:  # noqa: BLE001 - whatever it is, the hub goes on without this point
            if not self._failing:
                logger.warning("could not keep the hub's own metrics: %s", error)
            self._failing = True
            return MetricExportResult.FAILURE
        self._failing = False
        return MetricExportResult.SUCCESS

    def force_flush(self, *_args: object, **_kwargs: object) -> bool:
        return True

    def shutdown(self, *_args: object, **_kwargs: object) -> None:
        self._deliver = None
