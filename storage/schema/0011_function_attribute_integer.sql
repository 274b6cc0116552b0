-- An integer attribute of an OTLP attribute list, 0 where it is not there or not an integer.
CREATE OR REPLACE FUNCTION meshhub_attribute_integer ${on_cluster} AS (attributes, wanted) ->
    tupleElement(tupleElement(attributes, 'value'), 'int_value')[indexOf(tupleElement(attributes, 'key'), wanted)]
