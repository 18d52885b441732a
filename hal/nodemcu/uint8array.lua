-- Uint8Array for Lua 5.3: the stand-in behind `new Uint8Array(n)` of code compiled by typescript-to-lua.
--
-- Indices start at 0, values are masked to 8 bits, `subarray` shares memory. It has length, set, subarray, fill and
-- slice, and nothing else: any other name, an index outside the array and a value that is no integer stop the program,
-- where JavaScript would silently give undefined or drop the write.
--
-- Load it before the compiled bundle; it defines the global `Uint8Array`.

local methods = {}
local prototype = {}

local function fail(text)
  error("Uint8Array: " .. text, 3)
end

local function isArray(value)
  return type(value) == "table" and getmetatable(value) == prototype
end

-- A position within 0..length, as set, subarray, fill and slice take it; beyond the end is the end, as in JavaScript.
local function position(value, default, length)
  if value == nil then
    return default
  end
  local integer = math.tointeger(value)
  if integer == nil or integer < 0 then
    fail("position " .. tostring(value) .. " is not a non-negative integer")
  end
  return math.min(integer, length)
end

-- Where byte `index` stands in the memory; Lua tables start at 1, and a view starts at its own offset.
local function place(self, index)
  local integer = math.tointeger(index)
  if integer == nil or integer < 0 or integer >= self.length then
    fail("index " .. tostring(index) .. " is outside 0.." .. tostring(self.length - 1))
  end
  return self.offset + integer + 1
end

local function view(memory, offset, length)
  return setmetatable({ memory = memory, offset = offset, length = length }, prototype)
end

function prototype.__index(self, key)
  if type(key) == "number" then
    return self.memory[place(self, key)]
  end
  local method = methods[key]
  if method == nil then
    fail("there is no '" .. tostring(key) .. "' on Lua")
  end
  return method
end

function prototype.__newindex(self, key, value)
  if type(key) ~= "number" then
    fail("'" .. tostring(key) .. "' cannot be assigned")
  end
  local integer = math.tointeger(value)
  if integer == nil then
    fail("value " .. tostring(value) .. " is not an integer")
  end
  self.memory[place(self, key)] = integer & 0xFF
end

-- Called by __TS__New: a length (filled with 0), another Uint8Array, or a list of numbers (both copied).
function methods.____constructor(self, source)
  local length = math.tointeger(source)
  rawset(self, "memory", {})
  rawset(self, "offset", 0)
  if length ~= nil then
    if length < 0 then
      fail("length " .. tostring(length) .. " is negative")
    end
    rawset(self, "length", length)
    for i = 1, length do
      self.memory[i] = 0
    end
  elseif type(source) == "table" then
    rawset(self, "length", isArray(source) and source.length or #source)
    methods.set(self, source, 0)
  else
    fail("cannot be made from " .. tostring(source))
  end
end

function methods.set(self, source, offset)
  local length = isArray(source) and source.length or #source
  local start = position(offset, 0, math.maxinteger)
  if start + length > self.length then
    fail("set of " .. length .. " bytes at " .. start .. " does not fit into " .. self.length)
  end
  if isArray(source) then
    table.move(source.memory, source.offset + 1, source.offset + length, self.offset + start + 1, self.memory)
  else
    for i = 1, length do
      self[start + i - 1] = source[i]
    end
  end
end

function methods.subarray(self, first, last)
  local from = position(first, 0, self.length)
  local to = position(last, self.length, self.length)
  return view(self.memory, self.offset + from, math.max(to - from, 0))
end

function methods.slice(self, first, last)
  local part = methods.subarray(self, first, last)
  return view(table.move(part.memory, part.offset + 1, part.offset + part.length, 1, {}), 0, part.length)
end

function methods.fill(self, value, first, last)
  local to = position(last, self.length, self.length)
  for i = position(first, 0, self.length), to - 1 do
    self[i] = value
  end
  return self
end

Uint8Array = { prototype = prototype, name = "Uint8Array" }

return Uint8Array
