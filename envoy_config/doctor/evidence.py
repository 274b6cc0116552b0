"""What the doctor looks at: rows of the store, what the mesh file expects, what the ADS server knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from envoy_config.doctor.model import Configuration, Expected
from meshhub.model import TimeRange
from storage.records.doctor import CountersRow, LastLogsRow, LogsRow, PeerRow, SpansRow, StatsRow
from traces.finders.model import Finding


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a checkup is made of.

    `window` is what is judged, up to now; last reports are looked for back to `since`. `configurations` are by node id.
    `propagation` are the finders' findings about request ids and trace contexts.
    """

    window: TimeRange
    since: datetime
    logs: Sequence[LogsRow] = ()
    spans: Sequence[SpansRow] = ()
    stats: Sequence[StatsRow] = ()
    counters: Sequence[CountersRow] = ()
    last_logs: Sequence[LastLogsRow] = ()
    peers: Sequence[PeerRow] = ()
    propagation: Sequence[Finding] = ()
    expected: Sequence[Expected] = ()
    configurations: Mapping[str, Configuration] = field(default_factory=dict)
