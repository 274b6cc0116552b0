-- The text of one attribute of an OTLP attribute list, '' where it is not there.
-- attributes: Array(Tuple(key, value Tuple(value Enum8, string_value, ...))) as decoded from storage/wire/*.proto
CREATE OR REPLACE FUNCTION meshhub_attribute ${on_cluster} AS (attributes, wanted) ->
    tupleElement(tupleElement(attributes, 'value'), 'string_value')[indexOf(tupleElement(attributes, 'key'), wanted)]
