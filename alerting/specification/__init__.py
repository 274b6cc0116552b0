"""What a service promises: OpenSLO and the own form, read into one neutral model."""
