"""One receiver per protocol: each translates between its protocol and the intake."""
