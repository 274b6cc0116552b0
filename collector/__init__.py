"""Receives telemetry, makes it durable, and loads it into the store.

What a request passes: a receiver (receivers/) translates the protocol, the intake has it checked (checks/) and
journaled (journal/), and answers once it is durable. A loader per signal takes sealed segments to the store. The
wiring uses `collector.service.Collector` and nothing else of this package, the command line `collector.quarantine`.
"""
