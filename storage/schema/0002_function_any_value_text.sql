-- An OTLP AnyValue as text. Arrays, maps and bytes are lower-case hex of their encoded form (docs/adr/0005): lossless at
-- any depth, and their reader decodes them.
CREATE OR REPLACE FUNCTION meshhub_any_value_text ${on_cluster} AS (any_value) -> multiIf(
    tupleElement(any_value, 'value') = 'string_value', tupleElement(any_value, 'string_value'),
    tupleElement(any_value, 'value') = 'int_value', toString(tupleElement(any_value, 'int_value')),
    tupleElement(any_value, 'value') = 'double_value', toString(tupleElement(any_value, 'double_value')),
    tupleElement(any_value, 'value') = 'bool_value', if(tupleElement(any_value, 'bool_value'), 'true', 'false'),
    tupleElement(any_value, 'value') = 'array_value', lower(hex(tupleElement(any_value, 'array_value'))),
    tupleElement(any_value, 'value') = 'kvlist_value', lower(hex(tupleElement(any_value, 'kvlist_value'))),
    tupleElement(any_value, 'value') = 'bytes_value', lower(hex(tupleElement(any_value, 'bytes_value'))),
    '')
