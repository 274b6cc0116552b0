"""Settings of the roles of a hub that pages the cart's owners, and configures a mesh of one service."""

from datetime import UTC, datetime
from pathlib import Path

import yaml

from meshhub.demo.pki import Authority
from meshhub.testing.hub import FREE
from meshhub.testing.webhook_receiver import WebhookReceiver

LEASE_SECONDS = 6.0


def alerting_settings(folder: Path, receiver: WebhookReceiver) -> dict[str, str]:
    """The cart must not fail, and PagerDuty is told if it does."""
    burn = {"long": "20s", "short": "10s", "burn": 14.4}
    promise = {"name": "cart", "service": "test/chaos-cart", "objective": 99, "window": "1d", "burn_rates": [burn]}
    (folder / "slos.yaml").write_text(yaml.safe_dump({"slos": [promise]}))
    pager = {"routing_key": "key", "url": f"{receiver.url}/v2/enqueue"}
    only_the_cart = [{"receiver": "pagers", "matchers": ["slo=cart"]}]
    notifications = {
        "allow_private_addresses": True,
        "receivers": [{"name": "pagers", "pagerduty": [pager]}, {"name": "nobody"}],
        "route": {
            "receiver": "nobody",
            "group_by": ["slo"],
            "group_wait": "1s",
            "group_interval": "2s",
            "routes": only_the_cart,
        },
    }
    (folder / "notifications.yaml").write_text(yaml.safe_dump(notifications))
    return {
        "alerting.slos": str(folder / "slos.yaml"),
        "alerting.notifications": str(folder / "notifications.yaml"),
        "alerting.evaluate_every_seconds": "1",
        "alerting.lease_seconds": str(LEASE_SECONDS),
    }


def ads_settings(folder: Path) -> dict[str, str]:
    """A mesh of one service."""
    instance = {"address": "127.0.0.1", "app_port": 1, "inbound_port": 2, "outbound_port": 3, "admin_port": 4}
    versions = [{"version": "v1", "instances": [instance]}]
    certificates = folder / "certificates"
    authority = Authority("lab", now=datetime.now(UTC), uri="spiffe://lab.example")
    authority.issue("shop", uris=["spiffe://lab.example/ns/shop/sa/shop"]).write(certificates / "shop")
    (certificates / "ca.pem").write_bytes(authority.certificate)
    mesh = {
        "apiVersion": "meshhub/v1",
        "cluster": "lab",
        "trust_domain": "lab.example",
        "certificates": str(certificates),
        "hub": {"otlp": "127.0.0.1:4317"},
        "control_plane": {"ads": "127.0.0.1:1"},
        "services": [{"name": "shop", "namespace": "shop", "versions": versions}],
    }
    (folder / "mesh.yaml").write_text(yaml.safe_dump(mesh))
    return {"ads.address": FREE, "ads.mesh_file": str(folder / "mesh.yaml"), "ads.reload_seconds": "1"}
