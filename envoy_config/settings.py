"""The `wiring` section of the settings: which mesh file the hub shows and may apply, and where."""

from pathlib import Path

from pydantic import Field

from meshhub.configuration import Section


class WiringSettings(Section):
    """The configuration of the mesh, as the hub shows it. Whoever has its command line may do more."""

    mesh_file: Path | None = Field(
        default=None, description="The mesh file whose bundles the hub shows, checks and compares."
    )
    live: bool = Field(
        default=False,
        description="Let the hub read the cluster: compare with it, and check what is there. It takes the extra "
        "`kubernetes` and permission to get and patch (dry runs) what is wired.",
    )
    apply: bool = Field(
        default=False, description="Let operators apply bundles over the API and the pages. It takes `wiring.live`."
    )
    context: str = Field(
        default="",
        description="Context of the kubeconfig; empty: the current one, or the cluster that the hub runs in.",
    )
    cluster: str = Field(default="", description="The name of that cluster in the mesh file, if it has several.")
