local function field(name)
  local key = '"' .. string.gsub(name, "%.", "%%.") .. '"%s*:%s*'
  return string.match(line, key .. '"([^"]*)"') or string.match(line, key .. "(-?[%d.]+)")
end
