"""The demo: a small shop whose services talk through real Envoy sidecars that report to a real hub."""
