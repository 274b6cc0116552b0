-- Attribute keys of some signals, the most frequent first.
SELECT toString(attribute_catalogue.key) AS value, sum(attribute_catalogue.occurrences) AS occurrences
FROM attribute_catalogue
WHERE attribute_catalogue.signal IN {signals:Array(String)}
GROUP BY value
ORDER BY occurrences DESC, value
LIMIT {limit:UInt32}
