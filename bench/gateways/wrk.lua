-- Sends the requests of a file in turn; the file has an Authorization header and a body a line, by turns. With a second
-- argument it reads the answers too: one with errors in it is no answer.
local requests, turn = {}, 0
local threads = {}
bad, sample = 0, ""

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  local lines = io.lines(args[1])
  for authorization in lines do
    local body = lines()
    local headers = { ["content-type"] = "application/json", ["authorization"] = authorization }
    requests[#requests + 1] = wrk.format("POST", "/graphql", headers, body)
  end
  if args[2] == "read" then
    response = function(status, _, body)
      if status ~= 200 or body:find('"errors"', 1, true) then
        bad, sample = bad + 1, body:sub(1, 300)
      end
    end
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  local text = ""
  for _, thread in ipairs(threads) do
    failed = failed + thread:get("bad")
    if #thread:get("sample") > 0 then text = thread:get("sample") end
  end
  io.write(string.format('RESULT {"requests":%d,"errors":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f}\n',
    summary.requests, failed, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
  io.write(string.format("SAMPLE %s\n", (text:gsub("%s+", " "))))
end
