local rest = string.match(line, "access%s+connection %S+%s+(.*)$")
if rest == nil then
  return false
end
local function field(name)
  local pattern = "%f[%w]" .. string.gsub(name, "%.", "%%.")
  return string.match(rest, pattern .. '="([^"]*)"') or string.match(rest, pattern .. "=(%S+)")
end
local inbound = field("direction") == '"inbound"' or field("direction") == "inbound"
local failure = field("error")
out["log_type"], out["protocol"] = "TcpConnectionEnd", "-"
out["direction"] = inbound and "INBOUND" or "OUTBOUND"
out["response_flags"] = failure and (string.find(failure, "policy") and "UAEX" or "UF") or "-"
out["connection_termination_details"] = failure
out["bytes_sent"], out["bytes_received"] = field("bytes_sent"), field("bytes_recv")
out["upstream_host"], out["downstream_remote_address"] = field("dst.addr"), field("src.addr")
local amount, unit = string.match(field("duration") or "", "^([%d.]+)(%a+)$")
local scale = ({us = 1, ms = 1000, s = 1000000})[unit or ""]
if scale then
  out["duration_us"] = string.format("%d", math.floor(tonumber(amount) * scale + 0.5))
end
local source, destination = field("src.identity"), field("dst.identity")
out["downstream_peer_uri_san"], out["upstream_local_uri_san"] = source, source
out["upstream_peer_uri_san"], out["downstream_local_uri_san"] = destination, destination
out["downstream_tls_version"] = source and "TLSv1.3" or nil
out["upstream_tls_version"] = destination and "TLSv1.3" or nil
out["upstream_cluster"] = inbound and "inbound|" or field("dst.service")
out["namespace"] = field(inbound and "dst.namespace" or "src.namespace")
local pod = field(inbound and "dst.workload" or "src.workload")
if pod then
  local base = string.match(pod, "^(.*)%-%w%w%w%w%w$")
  out["pod"] = pod
  out["workload"] = base and (string.match(base, "^(.*)%-%x%x%x%x%x%x+$") or base) or pod
end
return true
