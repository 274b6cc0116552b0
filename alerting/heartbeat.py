"""The dead man's switch: an alert that always fires, so that its silence says that the hub is gone."""

from alerting.alerts.model import ALERT_NAME, SEVERITY, Observation, Sighting

HEARTBEAT = "Heartbeat"
SOURCE = "heartbeat"


def beat() -> Observation:
    """The alert, always met."""
    return Observation(
        {ALERT_NAME: HEARTBEAT, SEVERITY: "none"},
        Sighting.MET,
        {
            "summary": "The hub is alive",
            "description": "This alert always fires. Be alarmed when it is not repeated: the hub is down, or its "
            "notifications do not arrive.",
        },
    )
