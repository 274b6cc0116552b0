"""What the evaluation says of itself."""

CYCLE_DURATION = "meshhub.slo.cycle.duration"
CYCLE_FAILURES = "meshhub.slo.cycle.failures"
SLOS = "meshhub.slo.count"
STATE = "state"
"""burning, held_back, unknown or calm."""
LEADS = "meshhub.alerting.leads"
