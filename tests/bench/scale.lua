-- tests/bench/scale.lua - wrk's requests out of the file SCALE_REQUESTS, in turns, from the SCALE_SKIP-th on. A line:
-- host, cookie, path and, for a POST, its body, with tabs between them.
local lines, made = {}, tonumber(os.getenv("SCALE_SKIP") or "0")

function init(args)
  for line in io.lines(os.getenv("SCALE_REQUESTS")) do
    local host, cookie, path, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t?(.*)$")
    local headers = { Host = host, Cookie = cookie }
    if body ~= "" then headers["Content-Type"] = "application/x-www-form-urlencoded" end
    lines[#lines + 1] = wrk.format(body ~= "" and "POST" or "GET", path, headers, body ~= "" and body or nil)
  end
end

function request()
  made = made + 1
  return lines[made % #lines + 1]
end

-- Requests, seconds, failures, p50 and p99 in milliseconds.
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %.3f %d %.2f %.2f\n", summary.requests, summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
