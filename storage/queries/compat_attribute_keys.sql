-- The keys of attributes that spans and their resources have; of spans since a day, of resources in a window.
SELECT DISTINCT scope, key
FROM
(
    SELECT 'span' AS scope, toString(attribute_catalogue.key) AS key
    FROM attribute_catalogue
    WHERE attribute_catalogue.signal = 'spans'
        AND attribute_catalogue.day >= toDate(fromUnixTimestamp64Nano({start:Int64}, 'UTC'))
        AND ({tenant:String} = '' OR attribute_catalogue.tenant = {tenant:String})
    UNION ALL
    SELECT 'resource' AS scope, arrayJoin(JSONExtractKeys(resources.resource_attributes)) AS key
    FROM
    (
        SELECT DISTINCT spans.resource_attributes AS resource_attributes
        FROM spans
        WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
            AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND ({tenant:String} = '' OR spans.tenant = {tenant:String})
        LIMIT 10000
    ) AS resources
)
ORDER BY scope, key
LIMIT {limit:UInt32}
