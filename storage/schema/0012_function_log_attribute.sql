-- The text of one attribute of an access log, '' where it is not there: Envoy writes '-' for "absent".
CREATE OR REPLACE FUNCTION meshhub_log_attribute ${on_cluster} AS (attributes, wanted) ->
    if(meshhub_attribute(attributes, wanted) = '-', '', meshhub_attribute(attributes, wanted))
