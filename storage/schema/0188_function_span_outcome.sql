-- How a call ended by its span: Tuple(transport, response_code, grpc_status), as edges have them. Envoy's spans say the HTTP
-- status or that there was none. OpenTelemetry's semantic conventions have an HTTP status or a gRPC status; a span with neither
-- (of a database, a queue, a framework of one's own) has OTLP's status only: it counts as 500 if that is an error, else as 200.
CREATE OR REPLACE FUNCTION meshhub_span_outcome ${on_cluster} AS (component, response_code, status_code, attributes) -> CAST(
    multiIf(
        response_code != 0 AND attributes['rpc.grpc.status_code'] = '' OR component = 'proxy',
        ('http', response_code, -1),
        attributes['rpc.grpc.status_code'] != '' OR attributes['rpc.system'] = 'grpc' OR attributes['rpc.system.name'] = 'grpc',
        ('grpc', 200, toInt8OrDefault(attributes['rpc.grpc.status_code'], toInt8(if(status_code = 'error', 2, 0)))),
        ('http', if(status_code = 'error', 500, 200), -1)),
    'Tuple(transport Enum8(\'http\' = 1, \'grpc\' = 2, \'tcp\' = 3), response_code UInt16, grpc_status Int8)')
