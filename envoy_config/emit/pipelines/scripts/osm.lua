local cluster = field("upstream_cluster")
if cluster == nil then
  return false
end
local names = {
  "method", "path", "protocol", "response_code", "response_code_details", "response_flags", "bytes_received", "bytes_sent",
  "x_forwarded_for", "user_agent", "request_id", "requested_server_name", "authority", "upstream_host", "upstream_cluster",
}
for _, name in ipairs(names) do
  out[name] = field(name)
end
out["log_type"], out["response_flags"] = "DownstreamEnd", out["response_flags"] or "-"
out["duration_ms"], out["upstream_service_time_ms"] = field("duration"), field("upstream_service_time")
out["direction"] = string.find(cluster, "|local$") and "INBOUND" or "OUTBOUND"
local namespace, service = string.match(cluster, "^([^/|]+)/([^/|]+)")
if namespace then
  out["upstream_cluster"] = service .. "." .. namespace
end
if out["direction"] == "INBOUND" then
  out["upstream_cluster"] = "inbound|"
end
return true
