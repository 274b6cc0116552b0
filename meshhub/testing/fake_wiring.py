"""The wiring of a made-up mesh: the real reads on a history in memory."""

from datetime import UTC, datetime
from pathlib import Path

from dashboard.reads.wiring import WiringReads
from envoy_config.history.history import History
from envoy_config.history.model import Applied, AppliedDocument, Deed, Scope
from envoy_config.settings import WiringSettings
from meshhub.clock import SystemClock

SHOP = Scope("shop", "istio", "kubernetes prod")
SAMPLING = "kind: Telemetry\nspec:\n  tracing:\n  - randomSamplingPercentage: {}\n"


def fake_wiring(mesh_file: Path | None = None) -> WiringReads:
    """Three versions: one per cent of the requests sampled, all of them, and back; and one of the ADS server. With a
    mesh file, its bundles too."""
    history, wiring = History(":memory:"), WiringReads(SystemClock())
    wiring.connect(history, WiringSettings(mesh_file=mesh_file))
    token = AppliedDocument("token.yaml", "kind: Secret\ndata: {token: c2VjcmV0}\n", secret=True)
    for hour, percent, author, message, deed, restores in (
        (9, 1, "ann", "first wiring", Deed.APPLY, None),
        (12, 100, "bob", "sample all", Deed.APPLY, None),
        (13, 1, "ann", "too much", Deed.ROLLBACK, 1),
    ):
        documents = (AppliedDocument("telemetry.yaml", SAMPLING.format(percent)), token)
        applied = Applied(SHOP, documents, author, message, deed, restores)
        history.record(applied, datetime(2026, 3, 1, hour, tzinfo=UTC))
    ads = Applied(Scope("shop", "envoy", "ads"), (AppliedDocument("lds", "{}"),), "meshhub", deed=Deed.SERVE)
    history.record(ads, datetime(2026, 3, 1, 14, tzinfo=UTC))
    return wiring
