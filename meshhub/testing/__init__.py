"""What tests share: builders of telemetry, the real engine in a directory of its own, fakes of what is outside."""
