--- Ghost text by Neovim's own |lsp-inline_completion| (0.12), and what it lacks: parts of a suggestion, and the right text
--- when one is accepted while its answer is older than the last key.

local client = require('codestral.client')
local items = require('codestral.item')

local M = {}

--- Neovim draws here.
local NAMESPACE = 'nvim.lsp.inline_completion'

--- Neovim's state of a buffer, which has no public name. Where a later Neovim hides it better, nothing breaks: the rest
--- of a suggestion then shows after Neovim's own wait.
local function completor(buf)
  local ok, capability = pcall(require, 'vim.lsp._capability')
  local kind = ok and type(capability.all) == 'table' and capability.all.inline_completion
  local active = type(kind) == 'table' and type(kind.active) == 'table' and kind.active[buf]
  return type(active) == 'table' and active or nil
end

local function is_ours(shown)
  local from = vim.lsp.get_client_by_id(shown.client_id)
  return from and from.name == client.NAME and shown.range and type(shown.insert_text) == 'string'
end

---@return codestral.Rest?
local function rest_of(shown)
  local row, col, end_row, end_col = shown.range:to_extmark()
  return items.rest_here({ row = row, col = col, end_row = end_row, end_col = end_col, text = shown.insert_text })
end

local function range(buf, rest)
  local position = function(row, col)
    return { line = row, character = col }
  end
  local whole = { start = position(rest.row, rest.col), ['end'] = position(rest.end_row, rest.end_col) }
  return vim.range.lsp(buf, whole, 'utf-8')
end

--- Takes away what no longer fits the text, before Neovim draws it again.
local function drop_stale(buf)
  local state = completor(buf)
  local shown = state and state.current
  if shown and is_ours(shown) and not rest_of(shown) then
    state.current = nil
    vim.api.nvim_buf_clear_namespace(buf, vim.api.nvim_create_namespace(NAMESPACE), 0, -1)
  end
end

---@param group integer
function M.start(group)
  vim.api.nvim_create_autocmd({ 'CursorMovedI', 'TextChangedP' }, {
    group = group,
    callback = function(event)
      drop_stale(event.buf)
    end,
  })
end

---@param on boolean
function M.enable(on)
  vim.lsp.inline_completion.enable(on)
end

---@return boolean
function M.is_enabled()
  return vim.lsp.inline_completion.is_enabled()
end

---@return boolean
function M.is_shown()
  local namespace = vim.api.nvim_create_namespace(NAMESPACE)
  return #vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { limit = 1 }) > 0
end

--- Accepts the part of the shown suggestion that `part` takes of its rest. False: nothing is shown.
---@param part fun(rest: string): string
---@return boolean
function M.accept(part)
  local buf = vim.api.nvim_get_current_buf()
  -- Keys may have come in one go, with no event between them.
  drop_stale(buf)
  return vim.lsp.inline_completion.get({
    on_accept = function(shown)
      if not is_ours(shown) then
        return shown
      end
      local rest = rest_of(shown)
      if not rest then
        return nil
      end
      local remaining = items.insert(rest, part(rest.text))
      local state = completor(buf)
      if not remaining then
        client.accepted(shown.client_id, shown.command)
      elseif state then
        shown.range, shown.insert_text = range(buf, remaining), remaining.text
        state.current = shown
        state:show()
      end
    end,
  })
end

---@param count integer
function M.select(count)
  local state = completor(vim.api.nvim_get_current_buf())
  if not M.is_shown() then
    if state then
      state:request(vim.lsp.protocol.InlineCompletionTriggerKind.Invoked)
    end
    return
  end
  -- Some may not fit what was typed or accepted since they came; the one that is shown does.
  for _ = 1, state and state:count_items() or 1 do
    vim.lsp.inline_completion.select({ count = count })
    local shown = state and state.current
    if not shown or not is_ours(shown) or rest_of(shown) then
      return
    end
  end
end

function M.dismiss()
  local state = completor(vim.api.nvim_get_current_buf())
  if state then
    state:abort()
  else
    -- Accepting into nothing is the only public way to let go of it.
    vim.lsp.inline_completion.get({
      on_accept = function() end,
    })
  end
end

return M
