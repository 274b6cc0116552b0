from collector import instruments
from dashboard.ui import hub_metrics


def test_the_metrics_of_the_page_are_the_collectors() -> None:
    pairs = {
        hub_metrics.ACCEPTED: instruments.ACCEPTED,
        hub_metrics.ACCEPTED_BYTES: instruments.ACCEPTED_BYTES,
        hub_metrics.REFUSED: instruments.REFUSED,
        hub_metrics.REJECTED: instruments.REJECTED,
        hub_metrics.LAG: instruments.LAG,
        hub_metrics.JOURNAL_BYTES: instruments.JOURNAL_BYTES,
        hub_metrics.INSERT_DURATION: instruments.INSERT_DURATION,
        hub_metrics.INSERT_FAILURES: instruments.INSERT_FAILURES,
        hub_metrics.QUARANTINED: instruments.QUARANTINED,
    }
    assert all(shown == recorded for shown, recorded in pairs.items())
