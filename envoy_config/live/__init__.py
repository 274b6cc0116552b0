"""What a Kubernetes cluster has, asked over its API with the official client (the extra `kubernetes`)."""
