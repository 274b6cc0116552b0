"""The rule that nothing is reachable from other machines by accident: auth, or an explicit `insecure`."""

from collections.abc import Iterator

from meshhub.address import is_loopback, split_address
from meshhub.configuration import Location
from meshhub.settings.model import Settings

RECEIVER_ADVICE = (
    "set collector.auth.tokens or collector.tls.client_ca_file, or say insecure: true (--insecure) if the network "
    "lets nobody else in"
)
WEB_ADVICE = "set web.tls.client_ca_file, or say insecure: true (--insecure) if the network lets nobody else in"


def exposed(settings: Settings) -> Iterator[tuple[Location, str]]:
    """The addresses that other machines reach and that let everybody in, with what to do about each."""
    if settings.insecure:
        return
    collector = settings.collector
    if not collector.auth.tokens and not (collector.tls and collector.tls.client_ca_file):
        for name in ("otlp_grpc", "otlp_http"):
            address = getattr(collector.endpoints, name)
            if address is not None and _reachable(address):
                yield ("collector", "endpoints", name), _reason(f"collector.endpoints.{name}", address, RECEIVER_ADVICE)
    if _reachable(settings.web.address) and not (settings.web.tls and settings.web.tls.client_ca_file):
        yield ("web", "address"), _reason("web.address", settings.web.address, WEB_ADVICE)


def _reachable(address: str) -> bool:
    host, _ = split_address(address)
    return not is_loopback(host)


def _reason(name: str, address: str, advice: str) -> str:
    return f"{name}: {address} can be reached from other machines and nothing authenticates them: {advice}"
