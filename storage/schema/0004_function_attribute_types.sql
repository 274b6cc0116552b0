-- The OTLP type of each attribute that is not a string: 'int', 'double', 'bool', 'array', 'kvlist', 'bytes', 'none'.
CREATE OR REPLACE FUNCTION meshhub_attribute_types ${on_cluster} AS (attributes) -> CAST(
    arrayMap(
        attribute -> (
            tupleElement(attribute, 'key'),
            replaceOne(toString(tupleElement(tupleElement(attribute, 'value'), 'value')), '_value', '')),
        arrayFilter(attribute -> tupleElement(tupleElement(attribute, 'value'), 'value') != 'string_value', attributes)),
    'Map(LowCardinality(String), LowCardinality(String))')
