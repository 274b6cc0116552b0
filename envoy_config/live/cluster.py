"""A Kubernetes API: the few verbs that wiring needs, with what went wrong explained."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import yaml

from envoy_config.live.faults import ApiFault, explain
from meshhub.errors import MeshhubError

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

FIELD_MANAGER = "meshhub"
SECONDS = 30.0
PAGE = 500
MAX_OBJECTS = 50_000
APPLY_PATCH = "application/apply-patch+yaml"

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """Where objects of a kind are: `prefix` is "/api/v1" or "/apis/GROUP/VERSION"."""

    prefix: str
    plural: str
    namespaced: bool

    @property
    def group(self) -> str:
        """Empty for the core group."""
        return self.prefix.removeprefix("/apis/").rpartition("/")[0] if self.prefix.startswith("/apis/") else ""

    def path(self, namespace: str, name: str = "") -> str:
        """The path of an object, or of all of a namespace."""
        scope = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced and namespace else ""
        return f"{self.prefix}{scope}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")


class ClusterAway(MeshhubError):
    """The API does not answer."""


class Cluster:
    """One cluster. Not thread-safe. Every method raises ApiFault when the API refuses, ClusterAway when it is."""

    def __init__(self, client: "ApiClient", name: str, seconds: float = SECONDS) -> None:
        """`seconds` is how long one answer is waited for."""
        self._client = client
        self._seconds = seconds
        self.name = name
        self._resources: dict[str, dict[str, Resource]] = {}

    def resource(self, api_version: str, kind: str) -> Resource:
        """Where objects of a kind are.

        Raises:
            ApiFault: the cluster does not know the kind: its CRD is missing.
        """
        if api_version not in self._resources:
            self._resources[api_version] = self._discover(api_version)
        found = self._resources[api_version].get(kind)
        if found is None:
            raise ApiFault(
                HTTPStatus.NOT_FOUND,
                "UnknownKind",
                f"the cluster {self.name} does not know {kind} of {api_version}: its CustomResourceDefinition is "
                "missing. Install the mesh (or this version of it) first",
            )
        return found

    def get(self, wanted: Object) -> Object | None:
        """The live object of this kind and name; None if there is none."""
        resource, namespace, name = self._place(wanted)
        try:
            return self._ask("GET", resource, namespace, name)
        except ApiFault as fault:
            if fault.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def apply(self, wanted: Object, *, force: bool = False, dry_run: bool = False) -> Object:
        """Server-side apply as the field manager `meshhub`; what the object is then, or would be."""
        resource, namespace, name = self._place(wanted)
        query = {"fieldManager": FIELD_MANAGER, "force": str(force).lower(), **_dry(dry_run)}
        return self._ask("PATCH", resource, namespace, name, query, wanted, APPLY_PATCH)

    def create(self, wanted: Object) -> Object:
        """Make an object that is not there; a conflict if it is."""
        resource, namespace, _ = self._place(wanted)
        return self._ask("POST", resource, namespace, "", {"fieldManager": FIELD_MANAGER}, wanted)

    def replace(self, wanted: Object) -> Object:
        """The object becomes just this; its resourceVersion must be the live one."""
        resource, namespace, name = self._place(wanted)
        return self._ask("PUT", resource, namespace, name, {"fieldManager": FIELD_MANAGER}, wanted)

    def delete(self, wanted: Object, *, dry_run: bool = False) -> None:
        """Delete an object; good if it is gone already."""
        resource, namespace, name = self._place(wanted)
        try:
            self._ask("DELETE", resource, namespace, name, _dry(dry_run))
        except ApiFault as fault:
            if fault.status != HTTPStatus.NOT_FOUND:
                raise

    def list(self, api_version: str, kind: str) -> Iterator[Object]:
        """All objects of a kind in all namespaces, page by page. None where the cluster does not know the kind."""
        try:
            resource = self.resource(api_version, kind)
        except ApiFault as fault:
            if fault.status == HTTPStatus.NOT_FOUND:
                return
            raise
        query, told = {"limit": str(PAGE)}, 0
        while True:
            page = self._ask("GET", resource, "", "", query)
            for each in page.get("items") or []:
                yield {"apiVersion": api_version, "kind": kind, **each}
                told += 1
            query["continue"] = (page.get("metadata") or {}).get("continue") or ""
            if not query["continue"] or told >= MAX_OBJECTS:
                return

    def _place(self, wanted: Object) -> tuple[Resource, str, str]:
        meta = wanted.get("metadata") or {}
        resource = self.resource(str(wanted.get("apiVersion", "")), str(wanted.get("kind", "")))
        namespace = str(meta.get("namespace") or "default") if resource.namespaced else ""
        return resource, namespace, str(meta.get("name", ""))

    def _discover(self, api_version: str) -> dict[str, Resource]:
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            found = self._call("GET", prefix, {}, None, "")
        except ApiFault as fault:
            if fault.status == HTTPStatus.NOT_FOUND:
                return {}
            raise
        return {
            each["kind"]: Resource(prefix, each["name"], bool(each["namespaced"]))
            for each in found.get("resources") or []
            if "/" not in each["name"]
        }

    def _ask(
        self,
        verb: str,
        resource: Resource,
        namespace: str,
        name: str,
        query: Mapping[str, str] | None = None,
        body: Object | None = None,
        content_type: str = "application/json",
    ) -> Object:
        try:
            return self._call(verb, resource.path(namespace, name), query or {}, body, content_type)
        except ApiFault as fault:
            raise explain(fault, verb, resource.plural, resource.group, namespace, name) from fault

    def _call(self, verb: str, path: str, query: Mapping[str, str], body: Object | None, content_type: str) -> Object:
        import urllib3
        from kubernetes.client.exceptions import ApiException, OpenApiException

        headers = {"Accept": "application/json"} | ({"Content-Type": content_type} if body is not None else {})
        sent = json.dumps(body) if content_type == APPLY_PATCH else body  # JSON is encoded by the client
        try:
            asked = self._client.param_serialize(
                verb,
                path,
                query_params=list(query.items()),
                header_params=headers,
                body=sent,
                auth_settings=["BearerToken"],
            )
            answer = self._client.call_api(*asked, _request_timeout=self._seconds)
            answer.read()  # type: ignore[no-untyped-call]
        except ApiException as error:
            raise ApiFault.of(error.status or 0, str(error.body or error.reason or "")) from error
        except (urllib3.exceptions.HTTPError, OpenApiException, OSError) as error:
            raise ClusterAway(
                f"could not reach the Kubernetes API of {self.name}: {error}. Is the context the right one?"
            ) from error
        if not 200 <= answer.status < 300:
            raise ApiFault.of(answer.status, _decoded(answer.data))
        try:
            found = json.loads(_decoded(answer.data) or "{}")
        except ValueError as error:
            raise MeshhubError(f"could not read the answer of {self.name} to {verb} {path}: it is no JSON") from error
        return found if isinstance(found, dict) else {}


@contextmanager
def connect(context: str = "", seconds: float = SECONDS) -> Iterator[Cluster]:
    """The cluster of a context of the kubeconfig; without one the current context, or the cluster that this runs in.

    Raises:
        MeshhubError: the client is not installed, or there is no such context.
    """
    try:
        from kubernetes import config
    except ImportError as error:
        raise MeshhubError(
            "could not talk to Kubernetes: its client is not installed; `pip install 'meshhub[kubernetes]'` does"
        ) from error
    try:
        client, name = _client(config, context)
    except (config.ConfigException, OSError, ValueError, TypeError, yaml.YAMLError) as error:
        raise MeshhubError(
            f"could not find the cluster{f' {context}' if context else ''}: {error}. Name a kubeconfig with "
            "KUBECONFIG, and a context with --context."
        ) from error
    try:
        yield Cluster(client, name, seconds)
    finally:
        client.close()  # type: ignore[no-untyped-call]


def _client(config: Any, context: str) -> "tuple[ApiClient, str]":
    # The client looks at the variable only when it is imported.
    file = os.environ.get("KUBECONFIG") or None
    try:
        _, current = config.list_kube_config_contexts(file)
    except config.ConfigException:
        if context or "KUBERNETES_SERVICE_HOST" not in os.environ:
            raise
        from kubernetes.client import ApiClient, Configuration

        found = Configuration()
        config.load_incluster_config(client_configuration=found)
        return ApiClient(found), "in-cluster"
    name = context or str((current or {}).get("name", ""))
    return config.new_client_from_config(config_file=file, context=context or None, persist_config=False), name


def _dry(dry_run: bool) -> dict[str, str]:
    return {"dryRun": "All"} if dry_run else {}


def _decoded(data: bytes | str | None) -> str:
    return data.decode(errors="replace") if isinstance(data, bytes) else str(data or "")
