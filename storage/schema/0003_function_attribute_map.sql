-- An OTLP attribute list as a Map of texts, without the string attributes whose keys are in `left_out` (those have
-- columns of their own). Duplicate keys stay as they came; a look-up by key finds the first, as meshhub_attribute does.
CREATE OR REPLACE FUNCTION meshhub_attribute_map ${on_cluster} AS (attributes, left_out) -> CAST(
    arrayMap(
        attribute -> (tupleElement(attribute, 'key'), meshhub_any_value_text(tupleElement(attribute, 'value'))),
        arrayFilter(
            attribute -> NOT has(left_out, tupleElement(attribute, 'key'))
                OR tupleElement(tupleElement(attribute, 'value'), 'value') != 'string_value',
            attributes)),
    'Map(LowCardinality(String), String)')
