"""The rule that nothing is reachable from other machines by accident: auth, or an explicit `insecure`."""

from collections.abc import Iterator

from meshhub.address import is_loopback, split_address
from meshhub.configuration import Location
from meshhub.settings.model import Settings

_UNLESS = ", or say insecure: true (--insecure) if the network lets nobody else in"
RECEIVER_ADVICE = f"set collector.auth.tokens or collector.tls.client_ca_file{_UNLESS}"
WEB_ADVICE = f"set web.tls.client_ca_file{_UNLESS}"
JAEGER_ADVICE = f"set jaeger_grpc.tls.client_ca_file{_UNLESS}"
ADVICE: dict[str | int, str] = {"collector": RECEIVER_ADVICE, "web": WEB_ADVICE, "jaeger_grpc": JAEGER_ADVICE}


def exposed(settings: Settings) -> Iterator[tuple[Location, str]]:
    """The addresses that must not be listened on, with what to do about each; none if `insecure` is said."""
    if not settings.insecure:
        for location, reason in open_addresses(settings):
            yield location, f"{reason}: {ADVICE[location[0]]}"


def open_addresses(settings: Settings) -> Iterator[tuple[Location, str]]:
    """The addresses that other machines reach and that let everybody in."""
    collector = settings.collector
    if not collector.auth.tokens and not (collector.tls and collector.tls.client_ca_file):
        for name in ("otlp_grpc", "otlp_http"):
            address = getattr(collector.endpoints, name)
            if address is not None and _reachable(address):
                yield _found(("collector", "endpoints", name), address)
    if _reachable(settings.web.address) and not (settings.web.tls and settings.web.tls.client_ca_file):
        yield _found(("web", "address"), settings.web.address)
    jaeger = settings.jaeger_grpc
    if jaeger.address is not None and _reachable(jaeger.address) and not (jaeger.tls and jaeger.tls.client_ca_file):
        yield _found(("jaeger_grpc", "address"), jaeger.address)


def _reachable(address: str) -> bool:
    host, _ = split_address(address)
    return not is_loopback(host)


def _found(location: tuple[str, ...], address: str) -> tuple[Location, str]:
    name = ".".join(location)
    return location, f"{name}: {address} can be reached from other machines and nothing authenticates them"
