-- The name by which other tracing tools know a workload: <service>.<namespace>, as proxies in Istio call themselves and Kiali
-- asks for; <service> where there is no namespace; OpenTelemetry's name for the nameless.
CREATE OR REPLACE FUNCTION meshhub_trace_service ${on_cluster} AS (service, namespace) ->
    concat(if(service = '', 'unknown_service', service), if(namespace = '', '', concat('.', namespace)))
