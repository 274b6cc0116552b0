-- Whether a request failed by the rule of an SLO: no response, an HTTP status of `status_below` or more, one of these gRPC
-- statuses, or one of these response flags. A TCP connection has no status: it failed if its flags say so, as
-- meshhub/outcome.py judges it.
-- `flags` and `bad_flags` are arrays of short names, `bad_grpc` of numbers.
CREATE OR REPLACE FUNCTION meshhub_slo_failed ${on_cluster} AS
    (transport, response_code, grpc_status, flags, status_below, bad_flags, bad_grpc) ->
    hasAny(flags, bad_flags) OR if(transport = 'tcp',
        hasAny(flags, ['DC', 'DF', 'DO', 'DPE', 'DR', 'DT', 'LR', 'NC', 'NR', 'OM', 'SI', 'UC', 'UDO', 'UF', 'UH', 'UMSDR',
            'UO', 'UPE', 'UR', 'URX']),
        response_code = 0 OR response_code >= status_below OR has(bad_grpc, grpc_status))
