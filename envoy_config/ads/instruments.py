"""What the ADS server says of itself as metrics of the hub."""

from collections.abc import Callable, Iterable, Mapping

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from envoy_config.ads.state import Board, Standing
from meshhub.clock import Clock

STREAMS = "meshhub.ads.streams"
PROXIES = "meshhub.ads.proxies"
PUSHES = "meshhub.ads.pushes"
ACKS = "meshhub.ads.acks"
NACKS = "meshhub.ads.nacks"
REFUSED = "meshhub.ads.refused"
THROTTLED = "meshhub.ads.throttled"
FAULTS = "meshhub.ads.faults"
CERTIFICATE = "meshhub.ads.certificate.remaining"

API = "api"
STANDING = "standing"
REASON = "reason"


def instrument(meter: Meter, board: Board, clock: Clock, faults: Callable[[], int]) -> None:
    """Have the meter read the board. `faults` counts what cannot be served."""
    counts = board.counts

    def by(attribute: str, counter: Mapping[str, int]) -> Callable[[CallbackOptions], Iterable[Observation]]:
        return lambda _options: [Observation(value, {attribute: key}) for key, value in dict(counter).items()]

    def standings(_options: CallbackOptions) -> Iterable[Observation]:
        all_of = [state.standing for state in board.proxies]
        return [Observation(all_of.count(each), {STANDING: each.value}) for each in Standing]

    def remaining(_options: CallbackOptions) -> Iterable[Observation]:
        ends = [state.certificate_ends for state in board.proxies if state.certificate_ends is not None]
        return [Observation((min(ends) - clock.now()).total_seconds())] if ends else []

    def one(read: Callable[[], int]) -> Callable[[CallbackOptions], Iterable[Observation]]:
        return lambda _options: [Observation(read())]

    gauge, counter = meter.create_observable_gauge, meter.create_observable_counter
    gauge(STREAMS, [one(lambda: board.streams)], "{stream}", "Open streams of proxies.")
    gauge(PROXIES, [standings], "{proxy}", "Proxies of the mesh file, by how they stand to what they should have.")
    gauge(FAULTS, [one(faults)], "{fault}", "Reasons why something is not served as the mesh file says.")
    gauge(CERTIFICATE, [remaining], "s", "Time until the first certificate of a proxy ends.")
    counter(PUSHES, [by(API, counts.pushes)], "{response}", "Responses sent to proxies.")
    counter(ACKS, [by(API, counts.acks)], "{response}", "Responses that proxies took.")
    counter(NACKS, [by(API, counts.nacks)], "{response}", "Responses that proxies refused.")
    counter(REFUSED, [by(REASON, counts.refused)], "{stream}", "Streams that were not served.")
    counter(THROTTLED, [one(lambda: counts.throttled)], "{message}", "Messages read late: their proxy sent too many.")
