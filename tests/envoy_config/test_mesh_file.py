"""The mesh file: what it gives when it is right, and where and why it is refused when it is wrong."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from envoy_config.intent import Mesh, load_mesh, parse_mesh
from envoy_config.intent.hub import Endpoint
from envoy_config.intent.workloads import Protocol
from meshhub.errors import ConfigurationError
from meshhub.secret import Secret

HEAD = """\
apiVersion: meshhub/v1
cluster: lab
trust_domain: lab.example
hub: {otlp: "hub.example:4317"}
certificates: /etc/certificates
"""
LINES_OF_HEAD = 5

SERVICE = """\
services:
- name: web
  namespace: shop
  calls: [db, bank.example]
  versions:
  - version: v1
    instances:
    - address: 10.0.0.1
      app_port: 8080
      tcp_ports: {db: 15100}
- name: db
  namespace: shop
  protocol: tcp
  versions: [{version: v1, instances: [{address: 10.0.0.2, app_port: 5432}]}]
"""
OUTSIDE = """\
external_services:
- {host: bank.example, port: 443, tls: {}}
"""
GATEWAY = """\
gateways:
- name: edge
  namespace: shop
  instances: [{address: 10.0.0.9}]
  listeners:
  - name: http
    port: 80
    routes: [{service: web}]
"""
GOOD = HEAD + SERVICE + OUTSIDE + GATEWAY


def parse(text: str) -> Mesh:
    return parse_mesh(text, origin="mesh.yaml", directory=Path())


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    return [str(fault) for fault in caught.value.faults]


def test_a_small_file_is_a_mesh_with_defaults() -> None:
    mesh = parse(GOOD)
    web, db = mesh.services
    assert (web.protocol, db.protocol) == (Protocol.HTTP, Protocol.TCP)
    instance = web.versions[0].instances[0]
    assert (instance.inbound_port, instance.outbound_port, instance.admin_port) == (15006, 15001, 15000)
    assert mesh.hub.otlp == (Endpoint(host="hub.example", port=4317),)
    assert mesh.sampling_percent == 100
    assert mesh.spiffe_id("shop", "web") == "spiffe://lab.example/ns/shop/sa/web"


def test_everything_a_file_can_say_is_understood(full_mesh: Mesh) -> None:
    assert full_mesh.services[1].traffic is not None
    assert full_mesh.services[1].traffic.retries.per_try_timeout_seconds == 0.5
    assert full_mesh.hub.token == Secret("mesh-token.1")
    assert full_mesh.hub.token_file is None
    assert full_mesh.external_services[1].addresses[1] == Endpoint(host="192.0.2.8", port=6000)


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [("a.b:1", Endpoint(host="a.b", port=1)), ("[fd00::1]:65535", Endpoint(host="fd00::1", port=65535))],
)
def test_an_endpoint_is_host_and_port(address: str, endpoint: Endpoint) -> None:
    assert Endpoint.model_validate(address) == endpoint


@pytest.mark.parametrize("address", ["a.b", "a.b:", "a.b:0", "a.b:65536", ":1", "A b:1", "a.b:١", "http://a.b:1"])
def test_anything_else_is_no_endpoint(address: str) -> None:
    with pytest.raises(ValidationError):
        Endpoint.model_validate(address)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("meshhub/v1", "meshhub/v2", 1, "apiVersion: Input should be 'meshhub/v1'"),
        ("cluster: lab", "cluster: ''", 2, "cluster: '' is not letters, digits"),
        ("trust_domain: lab.example", "trust_domain: Lab", 3, "trust_domain: 'Lab' is not a SPIFFE trust domain"),
        ("hub.example:4317", "hub.example", 4, "hub.otlp.0: 'hub.example' is not host:port"),
        ("/etc/certificates", "certificates", 5, "certificates.directory: 'certificates' is not an absolute path"),
        ("trust_domain", "trust-domain", 1, "trust_domain: required and missing"),
        ("trust_domain", "trust-domain", 3, "trust-domain: unknown key"),
        ("cluster: lab", "cluster: lab\nsampling_percent: 100.5", 3, "sampling_percent: Input should be less than"),
        ("cluster: lab", "cluster: lab\nsampling_percent: -1", 3, "sampling_percent: Input should be greater than"),
        ("cluster: lab", "cluster: lab\nsampling_percent: .nan", 3, "sampling_percent: Input should be a finite"),
        ("name: web", "name: Web", 7, "services.0.name: 'Web' is not a DNS label"),
        ("name: web", "name: web.shop", 7, "services.0.name: 'web.shop' is not a DNS label"),
        ("protocol: tcp", "protocol: udp", 18, "services.1.protocol: Input should be 'http', 'grpc' or 'tcp'"),
        ("calls: [db,", "calls: [db, nobody,", 9, "services.0.calls.1: there is no service or external host nobody"),
        ("calls: [db,", "calls: [db, db.shop,", 9, "services.0.calls.1: db.shop is there twice"),
        ("app_port: 8080", "app_port: 0", 14, "services.0.versions.0.instances.0.app_port: Input should be greater"),
        (
            "tcp_ports: {db: 15100}",
            "name: web-1",
            13,
            "services.0.versions.0.instances.0.tcp_ports: web calls the TCP service db, which needs a port here",
        ),
        (
            "{db: 15100}",
            "{db: 15100, bank.example: 15101}",
            15,
            "instances.0.tcp_ports.bank.example: bank.example is not a TCP service that web calls",
        ),
        (
            "{db: 15100}",
            "{db: 8080}",
            15,
            "instances.0.tcp_ports.db: port 8080 of 10.0.0.1 is app_port of web.shop v1 number 0 already",
        ),
        ("10.0.0.2, app", "10.0.0.1, app", 19, "inbound_port: port 15006 of 10.0.0.1 is inbound_port of web.shop"),
        ("10.0.0.9", "10.0.0.1", 25, "admin_port: port 15000 of 10.0.0.1 is admin_port of web.shop v1 number 0"),
        ("name: db", "name: web", 16, "services.1.name: web.shop is there twice"),
        ("name: edge", "name: web", 23, "gateways.0.name: web.shop is there twice"),
        ("{service: web}", "{service: nobody}", 29, "routes.0.service: there is no service or external host nobody"),
        ("{service: web}", "{service: db}", 29, "db is a TCP service, which an HTTP route cannot reach"),
        ("{service: web}", "{service: web}, {service: web}", 29, "a route for */ is there twice"),
        ("service: web}", "service: web, prefix: api}", 29, "routes.0.prefix: String should match pattern"),
        ("host: bank", "host: web.shop, port: 1}\n- {host: bank", 21, "web.shop is a service of the mesh already"),
        (
            "{version: v1",
            "{version: v1, instances: [{address: 10.0.0.3, app_port: 1}]}, {version: v1",
            19,
            "v1 is there",
        ),
        ("app_port: 8080", "app_port: 8080\n      name: db-v1-0", 20, "the instance db-v1-0 of the namespace shop is"),
    ],
)
def test_a_fault_names_its_line_and_reason(old: str, new: str, line: int, reason: str) -> None:
    assert old in GOOD
    found = faults(GOOD.replace(old, new, 1))
    assert any(fault.startswith(f"mesh.yaml:{line}: ") and reason in fault for fault in found), found


def test_all_faults_are_told_at_once() -> None:
    text = GOOD.replace("calls: [db, bank.example]", "calls: [db, nobody, none]").replace("service: web", "service: x")
    assert len(faults(text)) == 3


def test_two_identities_cannot_share_a_certificate() -> None:
    other = "- {name: web, namespace: other, versions: [{version: v1, instances: [{address: h, app_port: 1}]}]}\n"
    text = HEAD + SERVICE + other + OUTSIDE
    (fault,) = faults(text)
    assert fault.startswith("mesh.yaml:20: services.2.versions.0.instances.0: /etc/certificates/web already has")
    assert fault.endswith("the certificate of web.shop: put {namespace} into certificates.identity")
    parse(text.replace("/etc/certificates", '{directory: /etc/c, identity: "{namespace}/{service}"}'))


@pytest.mark.parametrize("pattern", ["../{service}", "{service}/", "/x", "{user}", "{service.name}", "", "a b"])
def test_a_certificate_pattern_stays_below_its_directory(pattern: str) -> None:
    text = GOOD.replace("certificates: /etc/certificates", f'certificates: {{directory: /c, identity: "{pattern}"}}')
    assert "certificates.identity" in faults(text)[0]


class TestToken:
    """The hub's bearer token, which no message may show."""

    def test_comes_from_a_file_beside_the_mesh_file(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("t0ken\n")
        (tmp_path / "mesh.yaml").write_text(GOOD.replace("4317", '4317", token_file: "token'))
        assert load_mesh(tmp_path / "mesh.yaml").hub.token == Secret("t0ken")

    def test_a_missing_file_is_a_fault_with_its_line(self) -> None:
        text = GOOD.replace("4317", '4317", token_file: "/nowhere/token')
        assert faults(text) == ["mesh.yaml:4: hub.token_file: No such file or directory"]

    @pytest.mark.parametrize("content", [b"two words", b"", b"\xff\xfe", b"line\nline", b"100%DURATION%"])
    def test_a_file_with_something_else_is_refused_unshown(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "token").write_bytes(content)
        with pytest.raises(ConfigurationError) as caught:
            parse_mesh(GOOD.replace("4317", '4317", token_file: "token'), origin="m", directory=tmp_path)
        assert "hub.token_file" in str(caught.value)
        assert not content or content.decode(errors="replace") not in str(caught.value)

    def test_a_wrong_token_is_refused_unshown(self) -> None:
        with pytest.raises(ConfigurationError) as caught:
            parse(GOOD.replace("4317", '4317", token: "very secret'))
        assert "hub.token: the token has characters" in str(caught.value)
        assert "very secret" not in f"{caught.value} {caught.value.__cause__}"

    def test_token_and_its_file_exclude_each_other(self) -> None:
        assert "exclude each other" in faults(GOOD.replace("4317", '4317", token: a, token_file: "b'))[0]

    def test_is_not_in_what_a_mesh_prints(self) -> None:
        assert "s3cret" not in repr(parse(GOOD.replace("4317", '4317", token: "s3cret')))


def test_a_mesh_built_in_code_is_checked_too() -> None:
    content = yaml.safe_load(GOOD)
    content["services"][0]["calls"].append("nobody")
    with pytest.raises(ValidationError, match="there is no service or external host nobody"):
        Mesh.model_validate(content)


keys = st.sampled_from([*sorted(set(re.findall(r"[a-z_]{3,}|apiVersion", GOOD))), "tls", "token", "traffic", "signals"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["web", "db", "web.shop", "v1", "10.0.0.1", "/etc", "meshhub/v1", "h:1", "[::1]:2", "{service}"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=8,
)


def _refused_or_taken(text: str) -> None:
    try:
        assert isinstance(parse(text), Mesh)
    except ConfigurationError:
        return


patient = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
"""The machine is shared: how long an example takes says nothing."""


@patient
@given(st.dictionaries(keys, values, max_size=8))
def test_any_content_is_a_mesh_or_a_configuration_error(content: dict[str, Any]) -> None:
    _refused_or_taken(yaml.safe_dump(content, allow_unicode=True))


@patient
@given(st.lists(st.tuples(st.sampled_from(sorted(yaml.safe_load(GOOD))), values), min_size=1, max_size=3))
def test_a_good_file_with_a_wrong_part_too(parts: list[tuple[str, Any]]) -> None:
    _refused_or_taken(yaml.safe_dump(yaml.safe_load(GOOD) | dict(parts), allow_unicode=True))


@patient
@given(st.data())
def test_a_good_file_with_one_deep_value_replaced_too(data: st.DataObject) -> None:
    content = yaml.safe_load(GOOD)
    place: Any = content
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(values)
            break
        place = place[key]
    _refused_or_taken(yaml.safe_dump(content, allow_unicode=True))


@pytest.mark.parametrize(
    "value",
    ["2001-99-99", "1" * 5000, "0x_", "!!bool x", "!!timestamp x", "[" * 2000, "\x00", "*x", "&x [*x]", "!!map x"],
)
def test_a_value_that_no_yaml_reader_takes_is_a_fault(value: str) -> None:
    assert faults(GOOD + f"traffic: {value}\n")


@patient
@given(st.one_of(st.text(max_size=200), st.text(alphabet="{}[]:,-&*!|>'\"%@` \n\tab1", max_size=80)))
def test_any_text_too(text: str) -> None:
    _refused_or_taken(text)
    _refused_or_taken(GOOD + text)
