-- wrk script: every key of the file KEYS once, then again from the start.
local keys, at = {}, 0

function init()
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
  wrk.body = '{"model":"mock-small","max_tokens":10,"messages":[{"role":"user","content":"warm"}]}'
  for line in io.lines(os.getenv("KEYS")) do
    wrk.headers["authorization"] = "Bearer " .. line
    keys[#keys + 1] = wrk.format()
  end
end

function request()
  at = at % #keys + 1
  return keys[at]
end

function response()
  if at >= #keys then wrk.thread:stop() end
end
