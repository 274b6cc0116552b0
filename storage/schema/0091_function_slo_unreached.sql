-- Whether the caller's proxy ended a request itself, so that the callee's proxy has not seen it (meshhub/outcome.py,
-- UNREACHED_FLAGS): such a request is added to what the callee's proxies report, and counts no request twice.
CREATE OR REPLACE FUNCTION meshhub_slo_unreached ${on_cluster} AS (flags) ->
    hasAny(flags, ['DF', 'DO', 'FI', 'IH', 'NC', 'NFCF', 'NR', 'RL', 'RLSE', 'UAEX', 'UDO', 'UF', 'UH', 'UO'])
