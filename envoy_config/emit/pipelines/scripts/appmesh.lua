if not field("response_flags") then
  return false
end
for name, value in string.gmatch(line, '"([%w_.]+)"%s*:%s*"([^"]*)"') do
  out[name] = value
end
local cluster = out["upstream_cluster"] or ""
out["direction"] = string.find(cluster, "^cds_ingress_") and "INBOUND" or "OUTBOUND"
local service, namespace = string.match(cluster, "^cds_egress_[^_]+_([^_]+)_([^_]+)_%w+_%d+$")
if service then
  out["upstream_cluster"] = service .. "." .. namespace
end
if out["direction"] == "INBOUND" then
  out["upstream_cluster"] = "inbound|"
end
return true
