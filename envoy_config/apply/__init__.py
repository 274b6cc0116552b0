"""Puts configuration in force: all of it or nothing, in a Kubernetes cluster or in a directory, and on record."""
