Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String))
