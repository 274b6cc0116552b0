-- A text for a cell of a spreadsheet. Programs take one that starts with = + - @ or a control character for a formula; an
-- apostrophe in front makes it a text.
CREATE OR REPLACE FUNCTION meshhub_sheet_text ${on_cluster} AS (value) ->
    if(match(toString(value), '^[=+@\t\r\n-]'), concat('''', toString(value)), toString(value))
