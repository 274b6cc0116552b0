"""Why an SLO burns: what carries the failures, since when, and what changed then."""
