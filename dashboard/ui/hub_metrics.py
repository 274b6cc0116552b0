"""The names of the hub's own metrics that the Hub page shows. They are the collector's
(`tests/dashboard/ui/test_hub_metrics.py` compares them); the dashboard may not import it."""

ACCEPTED = "meshhub.receiver.accepted"
ACCEPTED_BYTES = "meshhub.receiver.accepted.bytes"
REFUSED = "meshhub.receiver.refused"
REJECTED = "meshhub.receiver.rejected"
LAG = "meshhub.loader.lag"
JOURNAL_BYTES = "meshhub.journal.bytes"
INSERT_DURATION = "meshhub.loader.insert.duration"
INSERT_FAILURES = "meshhub.loader.insert.failures"
QUARANTINED = "meshhub.quarantine.records"

INSERT_SECONDS = f"{INSERT_DURATION}.sum"
INSERTS = f"{INSERT_DURATION}.count"
"""A histogram's sum and count, as the store gives them out: two counters."""

SHOWN = (
    ACCEPTED,
    ACCEPTED_BYTES,
    REFUSED,
    REJECTED,
    LAG,
    JOURNAL_BYTES,
    INSERT_SECONDS,
    INSERTS,
    INSERT_FAILURES,
    QUARANTINED,
)
