"""The `alerting` section of the settings."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from meshhub.configuration import Section


class AlertingSettings(Section):
    """SLOs: where they are written, and how often they are evaluated."""

    slos: tuple[Path, ...] = Field(
        default=(),
        description="Files of SLOs, or directories of them (*.yaml, *.yml): the hub's own form or OpenSLO v1. Changed "
        "files are taken whole or not at all, while the hub runs.",
    )
    default_slos: bool = Field(
        default=False,
        description="Also evaluate an availability SLO of 99.9 % for every service that was called in the last day and "
        "has none of its own.",
    )
    notifications: Path | None = Field(
        default=None,
        description="The file that says who is told of alerts, and how (docs/how-to/alerts.md). Without one, alerts "
        "are shown and nobody is told.",
    )
    external_url: str = Field(
        default="", description="Where people reach the hub, for links in notifications: https://hub.example.com"
    )
    wiring_every_seconds: float = Field(
        default=60,
        ge=5,
        le=3600,
        description="Time between two checkups of the mesh's wiring (`meshhub doctor`), whose faults become tickets.",
    )
    evaluate_every_seconds: float = Field(default=2, ge=0.2, le=300, description="Time between two evaluations.")
    lease: Literal["engine", "kubernetes"] = Field(
        default="engine",
        description="Where processes with the alerting role find out which of them is the one that evaluates and "
        "tells: in the store, or by a Lease of the Kubernetes API (needs the rights get, create and update on leases). "
        "Not asked where one process has all roles.",
    )
    lease_name: str = Field(
        default="meshhub-alerting",
        min_length=1,
        description="Name of the lease: the same for all processes of one hub.",
    )
    lease_namespace: str = Field(default="", description="Its namespace in Kubernetes; empty: that of the pod.")
    lease_seconds: float = Field(
        default=15,
        ge=3,
        le=300,
        description="How long after its last sign of life another process takes over from the one that evaluates.",
    )
