"""The hub observes itself: metrics for scrapers, its own store and an OTLP endpoint; traces; its log."""
