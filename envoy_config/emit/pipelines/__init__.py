"""What a mesh only prints or offers, brought to the hub: an OpenTelemetry Collector, or Fluent Bit."""
