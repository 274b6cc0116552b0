"""Which of several alerting processes is active: a lease, in Kubernetes or in the engine (docs/adr/0013)."""
