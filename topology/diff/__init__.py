"""What changed between two windows of the service graph."""
