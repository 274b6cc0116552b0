"""A bound on how often something may happen: a token bucket."""


class Bucket:
    """`rate` times per second, `burst` of them at once. Not thread-safe."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._level = float(burst)
        self._at = 0.0

    def take(self, now: float) -> float:
        """Take one if there is one. How many seconds until there is: 0.0 if it was taken."""
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level >= 1.0:
            self._level -= 1.0
            return 0.0
        return (1.0 - self._level) / self._rate
