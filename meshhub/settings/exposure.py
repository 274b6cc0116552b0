"""The rule that nothing is reachable from other machines by accident: auth, or an explicit `insecure`."""

from collections.abc import Iterator

from meshhub.address import is_loopback, split_address
from meshhub.configuration import Location
from meshhub.settings.model import Settings
from meshhub.settings.roles import HubRole

RECEIVER_ADVICE = (
    "set collector.auth.tokens, collector.auth.required or collector.tls.client_ca_file, or say "
    "collector.auth.anonymous: true (or insecure: true, --insecure, which opens the pages too) if the network lets "
    "nobody else in"
)
ADS_ADVICE = "set ads.tls, or say insecure: true (--insecure) if the network lets nobody else in"


def exposed(settings: Settings) -> Iterator[tuple[Location, str]]:
    """The addresses that must not be listened on, with what to do about each; none if `insecure` is said."""
    if not settings.insecure:
        for location, reason in open_addresses(settings):
            yield location, f"{reason}: {ADS_ADVICE if location[0] == 'ads' else RECEIVER_ADVICE}"


def open_addresses(settings: Settings) -> Iterator[tuple[Location, str]]:
    """The addresses that other machines reach and that let everybody in."""
    yield from _open_receivers(settings)
    ads = settings.ads
    if settings.has(HubRole.ADS) and ads.address is not None and _reachable(ads.address) and ads.tls is None:
        yield _found(("ads", "address"), ads.address)
    yield from _open_pages(settings)


def _open_receivers(settings: Settings) -> Iterator[tuple[Location, str]]:
    collector = settings.collector
    if not settings.has(HubRole.COLLECTOR):
        return
    if not (collector.auth.closed or collector.auth.anonymous) and not (collector.tls and collector.tls.client_ca_file):
        for name in ("otlp_grpc", "otlp_http", "zipkin"):
            address = getattr(collector.endpoints, name)
            if address is not None and _reachable(address):
                yield _found(("collector", "endpoints", name), address)


def _open_pages(settings: Settings) -> Iterator[tuple[Location, str]]:
    """Other roles than the web's answer only how they are."""
    if not settings.has(HubRole.WEB):
        return
    certificates = settings.web.tls is not None and settings.web.tls.client_ca_file is not None
    if _reachable(settings.web.address) and not certificates and not web_is_guarded(settings):
        yield _found(("web", "address"), settings.web.address)
    jaeger = settings.jaeger_grpc
    if settings.insecure and jaeger_needs_tokens(settings) and jaeger.address is not None:
        yield _found(("jaeger_grpc", "address"), jaeger.address)


def web_is_guarded(settings: Settings) -> bool:
    """Whether everybody on pages and API has to say who they are: wherever other machines reach them, unless
    client certificates do it or `insecure` is said; on a loopback address where tokens or a login are set up."""
    if settings.access.tokens or settings.access.oidc is not None:
        return True
    certificates = settings.web.tls is not None and settings.web.tls.client_ca_file is not None
    return _reachable(settings.web.address) and not certificates and not settings.insecure


def jaeger_needs_tokens(settings: Settings) -> bool:
    """Whether other machines reach Jaeger's services without showing certificates."""
    jaeger = settings.jaeger_grpc
    certificates = jaeger.tls is not None and jaeger.tls.client_ca_file is not None
    return jaeger.address is not None and _reachable(jaeger.address) and not certificates


def _reachable(address: str) -> bool:
    host, _ = split_address(address)
    return not is_loopback(host)


def _found(location: tuple[str, ...], address: str) -> tuple[Location, str]:
    name = ".".join(location)
    return location, f"{name}: {address} can be reached from other machines and nothing authenticates them"
