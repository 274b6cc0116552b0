"""Lines as meshes print them: of every source, what the access log of each end looks like."""

import json

ZTUNNEL = (
    "2026-11-21T09:59:05.028709Z\tinfo\taccess\tconnection complete\t"
    'src.addr=10.244.0.12:42966 src.workload="sleep-7656cf8794-ddfzb" src.namespace="default" '
    'src.identity="spiffe://cluster.local/ns/default/sa/sleep" dst.addr=10.244.0.10:15008 '
    "dst.hbone_addr=10.244.0.10:9080 "
    'dst.service="httpbin.shop.svc.cluster.local" dst.workload="httpbin-86b8ffc5ff-9vm5t" dst.namespace="shop" '
    'dst.identity="spiffe://cluster.local/ns/shop/sa/httpbin" direction="{direction}" bytes_sent=84 bytes_recv=239 '
    'duration="12ms"{error}'
)
LINKERD = {
    "client.addr": "10.42.0.63:51160",
    "client.id": "web.emojivoto.serviceaccount.identity.linkerd.cluster.local",
    "host": "voting-svc.emojivoto:8080",
    "method": "POST",
    "processing_ns": "21000",
    "request_bytes": "12",
    "response_bytes": "5",
    "status": 200,
    "timestamp": "2026-11-21T09:59:05.028709Z",
    "total_ns": "3021000",
    "trace_id": "b6f7-1",
    "uri": "http://voting-svc.emojivoto:8080/vote?x=1",
    "user_agent": "grpc-go/1.60",
    "version": "HTTP/2.0",
}
OSM = {
    "start_time": "2026-11-21T09:59:05.028Z",
    "method": "GET",
    "path": "/books",
    "protocol": "HTTP/1.1",
    "response_code": 503,
    "response_code_details": "via_upstream",
    "time_to_first_byte": 3,
    "upstream_cluster": "bookstore/bookstore-v1|14001",
    "response_flags": "UF",
    "bytes_received": 0,
    "bytes_sent": 91,
    "duration": 7,
    "upstream_service_time": "6",
    "x_forwarded_for": None,
    "user_agent": "curl/8",
    "request_id": "7b1c-1",
    "requested_server_name": None,
    "authority": "bookstore.bookstore:14001",
    "upstream_host": "10.1.1.1:14001",
}
APP_MESH = {
    "log_type": "DownstreamEnd",
    "method": "GET",
    "path": "/api",
    "authority": "catalog.shop",
    "response_code": "200",
    "response_flags": "-",
    "duration_ms": "9",
    "request_id": "c0ffee-1",
    "upstream_cluster": "cds_egress_shop-mesh_catalog_shop_http_8080",
}
KNATIVE = {
    "log_type": "DownstreamEnd",
    "direction": "INBOUND",
    "response_flags": "-",
    "upstream_cluster": "inbound|",
    "method": "GET",
    "path": "/",
    "response_code": "200",
    "request_id": "kn-1",
    "latency_seconds": "0.0125",
    "namespace": "shop",
    "workload": "hello",
    "pod": "hello-00001-deployment-1",
}

LINES: dict[str, tuple[str, ...]] = {
    "ztunnel": (
        ZTUNNEL.format(direction="outbound", error=""),
        ZTUNNEL.format(direction="inbound", error=""),
        ZTUNNEL.format(direction="outbound", error=' error="connection closed due to policy rejection"'),
        "2026-11-21T09:59:05.028709Z\tinfo\tproxy\tin-pod mode enabled",
    ),
    "linkerd": (
        json.dumps(LINKERD),
        json.dumps(LINKERD | {"client.id": "", "status": 503}),
        "[     0.001s]  INFO ThreadId(01) linkerd2_proxy: release 2.366",
    ),
    "osm": (
        json.dumps(OSM),
        json.dumps(OSM | {"upstream_cluster": "bookstore/bookstore-v1|14001|local", "response_flags": "-"}),
        "[2026-11-21 09:59:05.028][1][info][main] starting",
    ),
    "appmesh": (
        json.dumps(APP_MESH),
        json.dumps(APP_MESH | {"upstream_cluster": "cds_ingress_shop-mesh_catalog_shop_http_8080"}),
        "[2026-11-21 09:59:05.028][1][info][main] starting",
    ),
    "queue-proxy": (json.dumps(KNATIVE), '{"severity":"INFO","message":"Starting queue-proxy"}'),
}
"""Source to lines; the last is no access log and has to be dropped."""
