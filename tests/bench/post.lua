-- tests/bench/post.lua - wrk's posts: BENCH_KIND login or answer, BENCH_TOKENS the output of tokens.mjs,
-- BENCH_SKIP how many posts were made before, BENCH_TICKETS the numbers of tickets that take an answer.
local kind, skip = os.getenv("BENCH_KIND"), tonumber(os.getenv("BENCH_SKIP"))
local tickets = {}
for number in string.gmatch(os.getenv("BENCH_TICKETS"), "%d+") do tickets[#tickets + 1] = number end
local people = { "owner", "admin", "agent01", "agent02", "agent03", "agent04", "agent05", "agent06" }
local forced = os.getenv("BENCH_PATH")
local tokens, cookie, made = {}, nil, skip

local function read()
  for line in io.lines(os.getenv("BENCH_TOKENS")) do
    if cookie then tokens[#tokens + 1] = line else cookie = line end
  end
end

function init(args)
  read()
  wrk.method = "POST"
  wrk.headers["Host"] = os.getenv("BENCH_HOST")
  wrk.headers["Cookie"] = cookie
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end

local function login(n)
  return "/login", string.format("token=%s&email=%s%%40%s&password=deskd-seed-2026", tokens[n % #tokens + 1],
    people[n % #people + 1], os.getenv("BENCH_DOMAIN"))
end

-- A token is good for one post to each address.
local function answer(n)
  local token = tokens[math.floor(n / #tickets) % #tokens + 1]
  return "/tickets/" .. tickets[n % #tickets + 1] .. "/answer",
    "token=" .. token .. "&text=Thank+you+for+waiting.+The+printer+is+mended+now."
end

function request()
  local path, body
  if kind == "login" then path, body = login(made) else path, body = answer(made) end
  made = made + 1
  if forced ~= "" then path = forced end
  return wrk.format(nil, path, nil, body)
end
