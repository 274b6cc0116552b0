-- An envoy.config.core.v3.Address as Envoy's access logs write it: ip:port, [ip]:port, a path, or a listener's name.
CREATE OR REPLACE FUNCTION meshhub_envoy_address ${on_cluster} AS (address) -> multiIf(
    tupleElement(tupleElement(address, 'socket_address'), 'address') != '',
    concat(
        if(position(tupleElement(tupleElement(address, 'socket_address'), 'address'), ':') = 0,
            tupleElement(tupleElement(address, 'socket_address'), 'address'),
            concat('[', tupleElement(tupleElement(address, 'socket_address'), 'address'), ']')),
        ':', toString(tupleElement(tupleElement(address, 'socket_address'), 'port_value'))),
    tupleElement(tupleElement(address, 'pipe'), 'path') != '', tupleElement(tupleElement(address, 'pipe'), 'path'),
    if(tupleElement(tupleElement(address, 'envoy_internal_address'), 'server_listener_name') = '', '',
        concat('envoy://', tupleElement(tupleElement(address, 'envoy_internal_address'), 'server_listener_name'), '/')))
