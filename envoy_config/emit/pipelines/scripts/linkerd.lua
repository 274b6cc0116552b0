if not field("client.addr") or not field("total_ns") then
  return false
end
out["log_type"], out["direction"], out["response_flags"] = "DownstreamEnd", "INBOUND", "-"
out["upstream_cluster"] = "inbound|"
out["method"], out["authority"], out["protocol"] = field("method"), field("host"), field("version")
out["path"] = string.gsub(field("uri") or "-", "^https?://[^/]+", "", 1)
out["user_agent"], out["response_code"], out["request_id"] = field("user_agent"), field("status"), field("trace_id")
out["bytes_received"], out["bytes_sent"] = field("request_bytes"), field("response_bytes")
out["downstream_remote_address"] = field("client.addr")
local identity = field("client.id")
if identity and identity ~= "" then
  out["downstream_peer_uri_san"], out["downstream_tls_version"] = identity, "TLSv1.3"
end
out["duration_us"] = string.format("%d", math.floor(tonumber(field("total_ns")) / 1000))
return true
