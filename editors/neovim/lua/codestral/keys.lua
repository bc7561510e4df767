--- Insert mode keys that do what they did before while there is nothing to do for us.

local M = {}

--- Our maps are known by it.
M.DESC = 'Codestral: '

--- Puts keys before what was typed after ours.
---@param keys string as written, e.g. `<BS>`, or in Neovim's inner form
---@param is_written boolean
---@param is_final boolean whether maps leave them alone
local function feed(keys, is_written, is_final)
  local inner = is_written and vim.keycode(keys) or keys
  vim.api.nvim_feedkeys(inner, is_final and 'in' or 'im', not is_written)
end

--- Does what `lhs` does without us.
---@param previous table as |nvim_get_keymap()| gives it
---@param lhs string
local function fall_through(previous, lhs)
  local is_final = previous.noremap == 1
  if not previous.callback and previous.rhs == nil then
    return feed(lhs, true, true)
  elseif previous.expr ~= 1 and previous.callback then
    return previous.callback()
  elseif previous.expr ~= 1 then
    return feed(previous.rhs, true, is_final)
  end
  local keys
  if previous.callback then
    keys = previous.callback()
  else
    keys = vim.api.nvim_eval(previous.rhs)
  end
  if type(keys) == 'string' then
    feed(keys, previous.replace_keycodes == 1, is_final)
  end
end

--- What a key did before us; ours if `setup` runs again.
local before = {}

--- What `lhs` does in all buffers. Maps of one buffer go before ours anyway, and |maparg()| tells of nothing else there.
local function global_map(lhs)
  for _, map in ipairs(vim.api.nvim_get_keymap('i')) do
    if vim.keycode(map.lhs) == vim.keycode(lhs) then
      return map
    end
  end
  return {}
end

--- Maps `lhs` to `act`, which says whether there was anything to do.
---@param lhs string|false
---@param what string
---@param act fun(): boolean
function M.map(lhs, what, act)
  if not lhs or lhs == '' then
    return
  end
  local previous = global_map(lhs)
  if not vim.startswith(previous.desc or '', M.DESC) then
    before[lhs] = previous
  end
  -- No map by expression: Neovim works such a key out before it inserts what was typed with it in one go, so that a
  -- suggestion that no longer fits would swallow the key.
  vim.keymap.set('i', lhs, function()
    if not act() then
      return fall_through(before[lhs], lhs)
    end
    -- What was accepted stands before what was typed next: it is scheduled, and this runs it.
    vim.wait(0)
  end, { desc = M.DESC .. what })
end

--- The keys of `keys` that do something else, here or in an open buffer: a sentence each.
---@param keys table<string, string|false>
---@return string[]
function M.conflicts(keys)
  local found = {}
  local function look(name, lhs, where, maps)
    for _, map in ipairs(maps) do
      local is_same = vim.keycode(map.lhs) == vim.keycode(lhs)
      if is_same and not vim.startswith(map.desc or '', M.DESC) then
        local what = map.desc or map.rhs or 'something else'
        table.insert(found, ("%s (keys.%s) is mapped to '%s'%s"):format(lhs, name, what, where))
      end
    end
  end
  for name, lhs in vim.spairs(keys) do
    if lhs then
      look(name, lhs, '', vim.api.nvim_get_keymap('i'))
      for _, buf in ipairs(vim.api.nvim_list_bufs()) do
        if vim.api.nvim_buf_is_loaded(buf) then
          look(name, lhs, (' in buffer %d'):format(buf), vim.api.nvim_buf_get_keymap(buf, 'i'))
        end
      end
    end
  end
  return found
end

return M
