-- Kicks terminals in turn, each request with an idempotency key of its own and the next of the API keys. Arguments: the first
-- request's number, how many terminals there are, then the keys. Prints one line of JSON when done; times are in microseconds.
local first, count, heads
local number, turn = 0, 0

local tail = '","managementSystemId":"GrundmasterNL","accessProtocol":"OPI_NL"}'
local id_length = 10

function init(args)
  first, count = tonumber(args[1]), tonumber(args[2])
  heads = {}
  local body_length = #'{"terminalId":"' + id_length + #tail
  for i = 3, #args do
    heads[#heads + 1] = "POST /v1/kicks HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer " .. args[i] ..
      "\r\nContent-Type: application/json\r\nContent-Length: " .. body_length .. "\r\nIdempotency-Key: kick-"
  end
end

function request()
  local order = first + number
  number = number + 1
  turn = turn % #heads + 1
  return string.format('%s%d\r\n\r\n{"terminalId":"T%09d%s', heads[turn], order, order % count, tail)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"refused":%d,"broken":%d,"p50":%.1f,"p99":%.1f}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
