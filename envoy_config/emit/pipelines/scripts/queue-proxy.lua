local latency = field("latency_seconds")
if not latency or not field("response_flags") then
  return false
end
for name, value in string.gmatch(line, '"([%w_.]+)"%s*:%s*"([^"]*)"') do
  out[name] = value
end
out["latency_seconds"] = nil
out["duration_us"] = string.format("%d", math.floor(tonumber(latency) * 1000000 + 0.5))
return true
