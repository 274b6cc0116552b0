"""SLOs, burn rates and alerts: who is told what, when, and why."""
