"""The mesh configuration that makes proxies report to the hub.

One small mesh file says which services there are and who calls whom; from it come complete bootstraps for plain
Envoy sidecars and gateways, with mutual TLS and all three signals (access logs, spans, stats) sent to the hub.

    mesh = envoy_config.intent.load_mesh(Path("mesh.yaml"))          # or build a Mesh in code
    for proxy in envoy_config.emit.plain_envoy.proxies(mesh):        # every proxy, in a fixed order
        document = envoy_config.emit.plain_envoy.bootstrap(mesh, proxy)
        envoy_config.check.validate(document)                        # asks the real Envoy
        envoy_config.emit.document.write(document, Path(f"{proxy.id}.json"))

What a proxy offers on its machine: the application calls `http://127.0.0.1:<outbound port>` with the Host
`<service>`, `<service>.<namespace>` or the external host; a TCP service it calls has a port of its own
(`tcp_ports`). Certificates are read from <certificates.directory>/ca.pem and, per identity,
<certificates.directory>/<certificates.identity>/{cert.pem,key.pem}, where `identity` is a pattern of {namespace},
{service}, {version} and {instance}, by default "{service}". Names of attributes are in envoy_config.attributes.
"""
