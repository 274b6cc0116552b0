"""TLS contexts: mutual inside the mesh, with SPIFFE identities (X.509-SVID); originated towards the outside."""

from envoy_config.emit.messages import Message, extension
from envoy_config.intent.hub import HubTls
from envoy_config.intent.names import is_address
from envoy_config.intent.workloads import ServerTls
from envoy_config.plan import Mutual, Originated

_TLS = "envoy.extensions.transport_sockets.tls.v3."
# The maximum is said too: Envoy's clients stop at TLS 1.2 by default.
_MESH_VERSION = {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"}
_OUTSIDE_VERSION = {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"}


def mesh_server(certificate_directory: str, ca_file: str, trust_domain: str) -> Message:
    """What an inbound listener asks: a client certificate of the trust domain."""
    return _downstream(
        {
            "tls_params": _MESH_VERSION,
            "alpn_protocols": ["h2", "http/1.1"],
            "tls_certificates": [_certificate(certificate_directory)],
            "validation_context": {
                "trusted_ca": {"filename": ca_file},
                "match_typed_subject_alt_names": [
                    {"san_type": "URI", "matcher": {"prefix": f"spiffe://{trust_domain}/"}}
                ],
            },
        },
        require_client_certificate=True,
    )


def mesh_client(certificate_directory: str, ca_file: str, mutual: Mutual) -> Message:
    """What an outbound cluster asks: a server certificate with exactly the destination's identity."""
    return _upstream(
        {
            "tls_params": _MESH_VERSION,
            "tls_certificates": [_certificate(certificate_directory)],
            "validation_context": {
                "trusted_ca": {"filename": ca_file},
                "match_typed_subject_alt_names": [{"san_type": "URI", "matcher": {"exact": mutual.spiffe_id}}],
            },
        },
        mutual.server_name,
    )


def outside_client(originated: Originated) -> Message:
    """What a cluster outside the mesh is asked: a certificate of its name; no client certificate is shown."""
    common = {
        "tls_params": _OUTSIDE_VERSION,
        "validation_context": _named_server(originated.ca_file, originated.server_name),
    }
    return _upstream(common, originated.server_name)


def hub_client(tls: HubTls, default_name: str) -> Message:
    """TLS to the hub, mutual if a certificate is given."""
    name = tls.server_name or default_name
    common: Message = {"tls_params": _OUTSIDE_VERSION, "validation_context": _named_server(tls.ca_file, name)}
    if tls.certificate_file is not None and tls.key_file is not None:
        common["tls_certificates"] = [_key_pair(tls.certificate_file, tls.key_file)]
    return _upstream(common, name)


def edge_server(tls: ServerTls) -> Message:
    """What a gateway shows its visitors; they need no certificate."""
    return _downstream(
        {
            "tls_params": _OUTSIDE_VERSION,
            "alpn_protocols": ["h2", "http/1.1"],
            "tls_certificates": [_key_pair(tls.certificate_file, tls.key_file)],
        },
        require_client_certificate=False,
    )


def _certificate(directory: str) -> Message:
    return _key_pair(f"{directory}/cert.pem", f"{directory}/key.pem")


def _key_pair(certificate_file: str, key_file: str) -> Message:
    return {"certificate_chain": {"filename": certificate_file}, "private_key": {"filename": key_file}}


def _named_server(ca_file: str, name: str) -> Message:
    san_type = "IP_ADDRESS" if is_address(name) else "DNS"
    return {
        "trusted_ca": {"filename": ca_file},
        "match_typed_subject_alt_names": [{"san_type": san_type, "matcher": {"exact": name}}],
    }


def _upstream(common: Message, server_name: str) -> Message:
    sni = {} if not server_name or is_address(server_name) else {"sni": server_name}
    content = {**sni, "common_tls_context": common}
    return extension("envoy.transport_sockets.tls", f"{_TLS}UpstreamTlsContext", content)


def _downstream(common: Message, *, require_client_certificate: bool) -> Message:
    content = {"require_client_certificate": require_client_certificate, "common_tls_context": common}
    return extension("envoy.transport_sockets.tls", f"{_TLS}DownstreamTlsContext", content)


def file_certificate(directory: str) -> Message:
    """envoy.extensions.transport_sockets.tls.v3.TlsCertificate of files in an identity's directory."""
    return _certificate(directory)


def file_trust(ca_file: str) -> Message:
    """envoy.config.core.v3.DataSource of a trust bundle."""
    return {"filename": ca_file}


def mesh_upstream(certificate: Message, trust: Message, spiffe_id: str) -> Message:
    """Mutual TLS to exactly one identity, with certificate and trust bundle as SDS secrets. No name is asked for."""
    return _upstream(
        {
            "tls_params": _MESH_VERSION,
            "tls_certificate_sds_secret_configs": [certificate],
            "combined_validation_context": {
                "default_validation_context": {
                    "match_typed_subject_alt_names": [{"san_type": "URI", "matcher": {"exact": spiffe_id}}]
                },
                "validation_context_sds_secret_config": trust,
            },
        },
        "",
    )
