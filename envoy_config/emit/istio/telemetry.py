"""Telemetry objects: which workloads use which providers.

The rules that decide their shape: one Telemetry without selector per namespace; a narrower one replaces whole sections
of a wider one, so that it says everything again; waypoints obey `targetRefs` only.
"""

from envoy_config.emit.istio.providers import SPANS, log_providers
from envoy_config.emit.istio.release import Release
from envoy_config.emit.log_filter import cel_filter
from envoy_config.emit.messages import Message
from envoy_config.emit.objects import metadata
from envoy_config.intent import DataPlane, Intent, MeshKind

GATEWAY_API = "gateway.networking.k8s.io"


def telemetries(intent: Intent, mesh: DataPlane, release: Release, *, access_logs: bool, spans: bool) -> list[Message]:
    """Every Telemetry of a mesh, wider ones first."""
    writer = _Writer(intent, mesh, release, access_logs=access_logs, spans=spans)
    if mesh.kind is MeshKind.ISTIO_AMBIENT:
        return writer.waypoints()
    return writer.sidecars()


class _Writer:
    def __init__(self, intent: Intent, mesh: DataPlane, release: Release, *, access_logs: bool, spans: bool) -> None:
        self._intent, self._mesh, self._release = intent, mesh, release
        self._access_logs, self._spans = access_logs, spans

    def sidecars(self) -> list[Message]:
        mesh, share = self._mesh, self._share()
        objects = [
            self._object("meshhub", where, self._on(share)) for where in mesh.namespaces.include or (mesh.control,)
        ]
        objects += [self._object("meshhub", where, self._off()) for where in mesh.namespaces.exclude]
        for each in sorted(mesh.sampling, key=lambda s: s.service):
            name, _, namespace = each.service.partition(".")
            objects.append(self._object(f"meshhub-{name}", namespace, _selected(name) | self._on(each.percent)))
        for service in sorted(mesh.services.exclude):
            name, _, namespace = service.partition(".")
            objects.append(self._object(f"meshhub-{name}", namespace, _selected(name) | self._off()))
        return objects

    def waypoints(self) -> list[Message]:
        mesh, share = self._mesh, self._share()
        if not mesh.waypoints:
            target = {"group": GATEWAY_API, "kind": "GatewayClass", "name": "istio-waypoint"}
            return [self._object("meshhub-waypoints", mesh.control, {"targetRefs": [target]} | self._on(share))]
        return [
            self._object(
                f"meshhub-{waypoint.name}",
                waypoint.namespace,
                {"targetRefs": [{"group": GATEWAY_API, "kind": "Gateway", "name": waypoint.name}]} | self._on(share),
            )
            for waypoint in mesh.waypoints
        ]

    def _share(self) -> float:
        own = self._mesh.sampling_percent
        return self._intent.sampling_percent if own is None else own

    def _object(self, name: str, namespace: str, spec: Message) -> Message:
        version = "v1" if self._release.telemetry_v1 else "v1alpha1"
        return {
            "apiVersion": f"telemetry.istio.io/{version}",
            "kind": "Telemetry",
            "metadata": metadata(name, namespace),
            "spec": spec,
        }

    def _on(self, share: float) -> Message:
        spec: Message = {}
        if self._access_logs:
            logging: Message = {"providers": [{"name": name} for name in log_providers(self._mesh)]}
            logging["match"] = {"mode": "CLIENT_AND_SERVER"}
            if expression := cel_filter(self._intent.access_logs.filter):
                logging["filter"] = {"expression": expression}
            spec["accessLogging"] = [logging]
        if self._spans:
            spec["tracing"] = [self._tracing(share)]
        return spec

    def _tracing(self, share: float) -> Message:
        tracing: Message = {
            "providers": [{"name": SPANS}],
            "randomSamplingPercentage": share,
            "useRequestIdForTraceSampling": False,
        }
        if self._release.formatter_tags:
            tracing["customTags"] = {
                "downstream.peer.identity": {"formatter": {"value": "%DOWNSTREAM_PEER_URI_SAN%"}},
                "upstream.peer.identity": {"formatter": {"value": "%UPSTREAM_PEER_URI_SAN%"}},
            }
        return tracing

    def _off(self) -> Message:
        spec: Message = {}
        if self._access_logs:
            names = [{"name": name} for name in log_providers(self._mesh)]
            spec["accessLogging"] = [{"providers": names, "disabled": True}]
        if self._spans:
            providers = [{"name": SPANS}]
            off = {"disableSpanReporting": True, "useRequestIdForTraceSampling": False}
            spec["tracing"] = [{"providers": providers, **off}]
        return spec


def _selected(name: str) -> Message:
    return {"selector": {"matchLabels": {"app": name}}}
