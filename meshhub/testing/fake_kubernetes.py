"""A Kubernetes API for tests, over HTTP: discovery, objects, and server-side apply with its owners and conflicts."""

import copy
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

Object = dict[str, Any]
Path_ = tuple[str, ...]

KINDS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "v1": (
        ("Namespace", "namespaces", False),
        ("ConfigMap", "configmaps", True),
        ("Secret", "secrets", True),
        ("Service", "services", True),
        ("ServiceAccount", "serviceaccounts", True),
    ),
    "coordination.k8s.io/v1": (("Lease", "leases", True),),
    "apps/v1": (("Deployment", "deployments", True),),
    "rbac.authorization.k8s.io/v1": (
        ("ClusterRole", "clusterroles", False),
        ("ClusterRoleBinding", "clusterrolebindings", False),
        ("Role", "roles", True),
        ("RoleBinding", "rolebindings", True),
    ),
    "networking.istio.io/v1": (("DestinationRule", "destinationrules", True),),
    "telemetry.istio.io/v1": (("Telemetry", "telemetries", True),),
}
"""What the cluster knows, by version: kind, plural, whether it is in namespaces."""

_PATH = re.compile(
    r"^/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+/[^/]+))"
    r"(?:/namespaces/(?P<namespace>[^/]+))?/(?P<plural>[a-z]+)(?:/(?P<name>[^/]+))?$"
)


class FakeKubernetes:
    """The state of a cluster. `forbidden` are (verb, plural) that the user may not; `refused` are names whose objects
    are invalid when they are really written, and taken in a dry run. `calls` are (verb, path, dry). It
    answers 503 while it is `away`."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str, str], Object] = {}
        self.kinds = dict(KINDS)
        self.forbidden: set[tuple[str, str]] = set()
        self.refused: set[str] = set()
        self.calls: list[tuple[str, str, bool]] = []
        self.away = False
        self.lock = threading.Lock()
        self._version = 0
        for name in ("default", "istio-system", "shop"):
            self.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, "kubectl")

    def put(self, content: Object, manager: str) -> None:
        """Have an object that a manager applied."""
        self._apply(copy.deepcopy(content), manager, force=True, dry=False)

    def live(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """An object as it is."""
        return next(
            (value for (_, k, ns, n), value in self.objects.items() if (k, n, ns) == (kind, name, namespace)), None
        )

    def answer(self, verb: str, target: str, body: bytes) -> tuple[int, Object]:
        """The answer to one request."""
        parts = urlsplit(target)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        dry = query.get("dryRun") == "All"
        with self.lock:
            self.calls.append((verb, parts.path, dry))
            if self.away:
                return _status(503, "ServiceUnavailable", "the server is currently unable to handle the request")
            version = parts.path.removeprefix("/apis/").removeprefix("/api/")
            if version in self.kinds and verb == "GET":
                return 200, {
                    "resources": [{"kind": k, "name": p, "namespaced": ns} for k, p, ns in self.kinds[version]]
                }
            found = _PATH.match(parts.path)
            version = (found.group("core") or found.group("group")) if found else ""
            plural = found.group("plural") if found else ""
            kind = next((k for k, p, _ in self.kinds.get(version, ()) if p == plural), None)
            if found is None or kind is None:
                return _status(404, "NotFound", "the server could not find the requested resource")
            if (verb, plural) in self.forbidden:
                return _status(403, "Forbidden", f'{plural} is forbidden: User "dev" cannot {verb} resource "{plural}"')
            key = (version, kind, found.group("namespace") or "", found.group("name") or "")
            return self._do(verb, key, query, body, dry)

    def _do(
        self, verb: str, key: tuple[str, str, str, str], query: dict[str, str], body: bytes, dry: bool
    ) -> tuple[int, Object]:
        version, kind, namespace, name = key
        if verb == "GET" and not name:
            some = [
                o for (v, k, ns, _), o in self.objects.items() if (v, k) == (version, kind) and namespace in ("", ns)
            ]
            return 200, {"kind": f"{kind}List", "metadata": {}, "items": copy.deepcopy(some)}
        if verb == "PATCH":
            if namespace and ("v1", "Namespace", "", namespace) not in self.objects:
                return _status(404, "NotFound", f'namespaces "{namespace}" not found')
            if name in self.refused and not dry:
                return _status(422, "Invalid", f"{kind} {name} is invalid: refused by a webhook")
            content = yaml.safe_load(body)
            if not self._is_role_there(content.get("roleRef"), namespace):
                return _status(404, "NotFound", f'{kind} "{name}" not found')
            return self._apply(content, query["fieldManager"], force=query.get("force") == "true", dry=dry)
        if verb == "POST":
            content = json.loads(body)
            name = content["metadata"]["name"]
            if (version, kind, namespace, name) in self.objects:
                return _status(409, "AlreadyExists", f'{kind} "{name}" already exists')
            return self._put((version, kind, namespace, name), content)
        if key not in self.objects:
            return _status(404, "NotFound", f'{kind} "{name}" not found')
        if verb == "GET":
            return 200, copy.deepcopy(self.objects[key])
        if verb == "DELETE":
            gone = self.objects[key]
            if not dry:
                del self.objects[key]
            return 200, gone
        content = json.loads(body)
        if content["metadata"].get("resourceVersion") != self.objects[key]["metadata"]["resourceVersion"]:
            return _status(409, "Conflict", "the object has been modified")
        return self._put(key, content)

    def _is_role_there(self, role: Object | None, namespace: str) -> bool:
        """Whether the role that a binding names is there: the API looks, unless the user may grant everything."""
        if role is None:
            return True
        place = namespace if role["kind"] == "Role" else ""
        return (f"{role['apiGroup']}/v1", role["kind"], place, role["name"]) in self.objects

    def _put(self, key: tuple[str, str, str, str], content: Object) -> tuple[int, Object]:
        self._version += 1
        content["metadata"]["resourceVersion"] = str(self._version)
        self.objects[key] = content
        return 200, content

    def _apply(self, wanted: Object, manager: str, *, force: bool, dry: bool) -> tuple[int, Object]:
        meta = wanted["metadata"]
        namespaced = next(ns for k, _, ns in self.kinds[wanted["apiVersion"]] if k == wanted["kind"])
        key = (
            wanted["apiVersion"],
            wanted["kind"],
            meta.get("namespace", "default") if namespaced else "",
            meta["name"],
        )
        live = copy.deepcopy(self.objects.get(key)) or {
            "apiVersion": key[0],
            "kind": key[1],
            "metadata": {name: meta[name] for name in ("name", "namespace") if name in meta}
            | {"uid": f"uid-{self._version}", "creationTimestamp": "2026-03-01T00:00:00Z", "managedFields": []},
        }
        owners = {
            each["manager"]: {tuple(path) for path in each["fieldsV1"]["paths"]}
            for each in live["metadata"]["managedFields"]
        }
        fields = dict(_leaves({k: v for k, v in wanted.items() if k not in ("apiVersion", "kind")}))
        fields = {
            path: value
            for path, value in fields.items()
            if path[:2] not in (("metadata", "name"), ("metadata", "namespace"))
        }
        conflicts = [
            (path, owner)
            for path, value in fields.items()
            for owner, paths in owners.items()
            if owner != manager and path in paths and _get(live, path) != value
        ]
        if conflicts and not force:
            causes = [
                {
                    "reason": "FieldManagerConflict",
                    "message": f'conflict with "{owner}" using {key[0]}',
                    "field": "." + ".".join(path),
                }
                for path, owner in conflicts
            ]
            return _status(409, "Conflict", f"Apply failed with {len(causes)} conflict(s)", {"causes": causes})
        for path, owner in conflicts:
            owners[owner].discard(path)
        for path in owners.get(manager, set()) - fields.keys():
            if not any(path in paths for owner, paths in owners.items() if owner != manager):
                _remove(live, path)
        for path, value in fields.items():
            _set(live, path, value)
        owners[manager] = set(fields)
        self._version += 1
        live["metadata"]["resourceVersion"] = str(self._version)
        live["metadata"]["managedFields"] = [
            {"manager": owner, "operation": "Apply", "fieldsV1": {"paths": sorted(map(list, paths))}}
            for owner, paths in sorted(owners.items())
            if paths or owner == manager
        ]
        if not dry:
            self.objects[key] = live
        return 200, copy.deepcopy(live)


@contextmanager
def serving(state: FakeKubernetes, kubeconfig: Path) -> Iterator[str]:
    """Serve it on a free port, and write a kubeconfig whose context is called `prod`; the address."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = state.answer(self.command, self.path, body)
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PATCH = do_PUT = do_DELETE = do_POST = _any  # noqa: N815 - the names of the base class

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    kubeconfig.write_text(kubeconfig_of(address), encoding="utf-8")
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def kubeconfig_of(address: str) -> str:
    """A kubeconfig whose one context, `prod`, is at this address."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "prod",
        "clusters": [{"name": "c", "cluster": {"server": address}}],
        "users": [{"name": "u", "user": {"token": "secret-token"}}],
        "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u"}}],
    }
    return yaml.safe_dump(content)


def _status(code: int, reason: str, message: str, details: Object | None = None) -> tuple[int, Object]:
    status = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}
    return HTTPStatus(code).value, {**status, "details": details or {}}


def _leaves(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    else:
        yield path, value


def _get(value: Any, path: Path_) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _set(value: Object, path: Path_, leaf: Any) -> None:
    for key in path[:-1]:
        value = value.setdefault(key, {})
    value[path[-1]] = leaf


def _remove(value: Object, path: Path_) -> None:
    parents = [value]
    for key in path[:-1]:
        parents.append(parents[-1].get(key, {}))
    parents[-1].pop(path[-1], None)
    for parent, key in zip(reversed(parents[:-1]), reversed(path[:-1]), strict=True):
        if parent.get(key) == {}:
            del parent[key]
