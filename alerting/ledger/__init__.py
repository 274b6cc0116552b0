"""What alerting must not forget, in one SQLite file: alerts, what was told, silences, outbox, audit log.

Every evaluation is one transaction, with what it owes to receivers: after a crash both are there or neither.
"""
