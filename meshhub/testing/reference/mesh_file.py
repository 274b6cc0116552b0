"""docs/reference/mesh-file.md and the editors' schema of the mesh file, from its model."""

import json
import types
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from envoy_config.intent import Mesh
from envoy_config.intent.hub import Endpoint
from envoy_config.intent.part import Part
from envoy_config.intent.schema import json_schema
from meshhub.testing.reference.markdown import code, page, table

INTRODUCTION = """\
One YAML file says which meshes report to the hub, what, and how much. Meshes with a control plane of their own are
listed under `meshes`; a mesh of plain Envoy proxies is said whole: from it comes the complete bootstrap of every
sidecar and gateway, with mutual TLS and SPIFFE identities.

```yaml
apiVersion: meshhub/v1
hub:
  otlp: meshhub.observability:4317
sampling_percent: 10
access_logs:
  filter: {exclude_paths: [/healthz, /readyz]}
  fields: {query_strings: drop, request_headers: [x-tenant]}
meshes:
- name: prod
  kind: istio
  version: "1.30"
  clusters: [eu-1, us-1]
  sampling: [{service: checkout.shop, percent: 100}]
  namespaces: {exclude: [kube-system]}
- name: edge
  kind: kuma
  version: "2.14"
```

```yaml
apiVersion: meshhub/v1
cluster: lab
trust_domain: lab.example
hub:
  otlp: meshhub.observability:4317
certificates: /etc/meshhub/certificates
services:
- name: web
  namespace: shop
  calls: [catalog, sessions, bank.example]
  versions:
  - version: v1
    instances:
    - {address: 10.0.0.1, app_port: 8080, tcp_ports: {sessions: 15101}}
- name: catalog
  namespace: shop
  protocol: grpc
  traffic:
    timeout_seconds: 2
    retries: {attempts: 1}
  versions:
  - version: v1
    instances: [{address: 10.0.0.2, app_port: 50051}]
  - version: v2
    instances: [{address: 10.0.0.3, app_port: 50051}]
- name: sessions
  namespace: shop
  protocol: tcp
  versions:
  - version: v1
    instances: [{address: 10.0.0.4, app_port: 6379}]
gateways:
- name: edge
  namespace: shop
  instances: [{address: 10.0.0.5}]
  listeners:
  - name: http
    port: 80
    routes:
    - {service: web}
    - {service: catalog, prefix: /Catalog/}
external_services:
- {host: bank.example, port: 443, tls: {}}
```

A file is taken whole or not at all: every fault is told with its line, also those between parts (a callee that does not
exist, a port in use twice on one address, an identity that would share a certificate). Unknown keys are faults, and so
are keys that would do nothing for a kind of mesh. For completion in editors, begin the file with
`# yaml-language-server: $schema=mesh.schema.json`, and get the schema by `meshhub wire schema`
([mesh.schema.json](mesh.schema.json))."""

APPLICATIONS = """\
## How applications use it

A sidecar of a mesh of plain Envoys needs no traffic redirection:

- **HTTP and gRPC**: call `http://127.0.0.1:<outbound_port>` with the Host (authority) `<service>.<namespace>`,
  `<service>` within the same namespace, or the external host. Any other host is answered 404 (flag `NR`).
- **TCP**: connect to the port that `tcp_ports` gives the callee.
- **Being called**: listen on `127.0.0.1:<app_port>`. Other proxies reach the sidecar at `<address>:<inbound_port>` and
  must show a certificate of the trust domain.
- **Tracing**: copy the headers `traceparent`, `tracestate` and `x-request-id` from a request to the calls made for it.

What a proxy reports under which names is in `envoy_config/attributes.py`."""


def mesh_file_page() -> str:
    """The page: one part per section of the file, in the order in which they are met."""
    parts = [_part(model) for model in sections()]
    return page("The mesh file", INTRODUCTION, APPLICATIONS, *parts)


def mesh_schema() -> str:
    """The JSON schema as a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def sections(model: type[Part] = Mesh) -> list[type[Part]]:
    """A model and all models in it; an endpoint is written as text and has no section."""
    found: dict[type[Part], None] = {}
    _collect(model, found)
    return list(found)


def _collect(model: type[Part], found: dict[type[Part], None]) -> None:
    if model is Endpoint or model in found:
        return
    found[model] = None
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            _collect(inner, found)


def _models(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _part(model: type[Part]) -> str:
    rows = [
        (code(field.alias or key), _type(field.annotation), _default(field), _one_line(field.description or ""))
        for key, field in model.model_fields.items()
    ]
    text = (model.__doc__ or "").partition("Raises:")[0].strip()
    paragraphs = "\n\n".join(_one_line(paragraph) for paragraph in text.split("\n\n"))
    return f"## {model.__name__}\n\n{paragraphs}\n\n{table(('Key', 'Type', 'Default', 'Meaning'), rows)}"


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return ", ".join(code(str(each)) for each in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(each) for each in arguments if each is not type(None))
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"map of {_type(arguments[1])}"
    if annotation is Endpoint:
        return "host:port"
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(code(str(each.value)) for each in annotation)
    return {str: "text", int: "integer", float: "number", bool: "yes or no"}.get(annotation, "text")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Part):
        return "its own defaults"
    if value in (None, (), {}, ""):
        return "none"
    if isinstance(value, tuple):
        return code(", ".join(str(getattr(each, "value", each)) for each in value))
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(str(getattr(value, "value", value)))


def _one_line(text: str) -> str:
    return " ".join(text.split())
