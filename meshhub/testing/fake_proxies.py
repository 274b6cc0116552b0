"""The proxies of a made-up mesh: the real reads on a board that was filled by hand."""

from datetime import UTC, datetime, timedelta

from dashboard.reads.proxies import ProxyReads
from envoy_config.ads.kinds import Kind
from envoy_config.ads.overrides import Overrides
from envoy_config.ads.overview import ProxyOverview
from envoy_config.ads.state import Board, Refused
from envoy_config.intent.faults import InjectedFault
from meshhub.errors import NotFound

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERVICES = ("cart", "gateway", "payment", "ratings")
REFUSAL = "Error adding/updating listener(s) inbound: error adding listener: 'inbound' has duplicate address"


class FakeAds:
    """Two proxies that are current, one that refused its listeners, one that is away, and one that lied."""

    on = True

    def __init__(self) -> None:
        self.board = Board()
        self.overrides = Overrides(sampling_percent=50)
        self.deeds: list[str] = []
        for node in ("cart-v1-1.shop", "gateway-v1-1.shop", "payment-v1-1.shop", "ratings-v1-2.shop"):
            self.board.expect(node, "4be1aa20c7f09d13", NOW + timedelta(days=6))
        for node in ("cart-v1-1.shop", "gateway-v1-1.shop", "payment-v1-1.shop"):
            self.board.came(node, build="envoy 1.40.0", address="ipv4:10.0.0.7:41402", variant="delta", at=NOW)
            for kind in (Kind.CLUSTER, Kind.LISTENER, Kind.ROUTES):
                self.board.sent(node, kind, "9f2c51d00ab37e64")
                refused = node.startswith("payment") and kind is Kind.LISTENER
                self.board.answered(node, kind, "9f2c51d00ab37e64", REFUSAL if refused else None, NOW)
            if not node.startswith("payment"):
                self.board.settled(node, "4be1aa20c7f09d13")
        detail = "could not serve cart-v1-1.shop: its certificate says spiffe://demo/ns/shop/sa/ratings"
        self.board.refuse(Refused("cart-v1-1.shop", "ipv4:10.0.0.9:51100", "wrong_identity", detail, NOW))

    def overview(self) -> ProxyOverview:
        return ProxyOverview(True, self.board.proxies, (), self.board.refused, self.overrides)

    def set_sampling(self, percent: float | None, *, service: str | None, author: str) -> str:
        self._know(service)
        self.deeds.append(f"{author}: {percent} at {service}")
        return f"sampling of {service or 'all services without their own'}: {percent} %"

    def set_fault(self, fault: InjectedFault | None, *, service: str, author: str) -> str:
        self._know(service)
        self.deeds.append(f"{author}: {'none' if fault is None else fault.model_dump()} at {service}")
        return f"fault at {service}: {'none' if fault is None else 'on'}"

    def _know(self, service: str | None) -> None:
        if service is not None and service not in SERVICES:
            raise NotFound(f"could not find the service {service}: the mesh file has {', '.join(SERVICES)}.")


def fake_proxies(ads: FakeAds | None = None) -> ProxyReads:
    """The reads of these proxies."""
    reads = ProxyReads()
    reads.connect(ads or FakeAds())
    return reads
