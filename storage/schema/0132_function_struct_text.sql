-- The text of a field of an encoded google.protobuf.Struct, '' where it is not there, is no text or is longer than 127 bytes.
-- An entry is <0x0a length key 0x12 length value>, a text in it <0x1a length text>. Bytes that are no Struct give ''.
CREATE OR REPLACE FUNCTION meshhub_struct_text ${on_cluster} AS (encoded, field) -> if(
    position(encoded, concat('\n', char(length(field)), field, '\x12')) = 0
        OR substring(encoded, position(encoded, concat('\n', char(length(field)), field, '\x12')) + length(field) + 4, 1) != '\x1a',
    '',
    substring(
        encoded,
        position(encoded, concat('\n', char(length(field)), field, '\x12')) + length(field) + 6,
        ascii(substring(encoded, position(encoded, concat('\n', char(length(field)), field, '\x12')) + length(field) + 5, 1))))
