--- Ghost text drawn by this module, for Neovim 0.11, which has none of its own.

local client = require('codestral.client')
local items = require('codestral.item')

local M = {}

local METHOD = 'textDocument/inlineCompletion'
local INVOKED, AUTOMATIC = 1, 2
local namespace = vim.api.nvim_create_namespace('codestral.ghost_text')

local enabled = true
--- What is shown or asked for; one buffer at a time has the cursor.
local state = { buf = nil, items = {}, index = 1, client_id = nil, request = nil, asked_at = nil }

local function cancel()
  local from = state.request and vim.lsp.get_client_by_id(state.client_id)
  if from then
    from:cancel_request(state.request)
  end
  state.request = nil
end

local function clear()
  if state.buf and vim.api.nvim_buf_is_valid(state.buf) then
    vim.api.nvim_buf_clear_namespace(state.buf, namespace, 0, -1)
  end
end

local function forget()
  cancel()
  clear()
  state.items, state.asked_at = {}, nil
end

---@return codestral.Rest?
local function rest_here()
  local item = state.items[state.index]
  local is_here = item and state.buf == vim.api.nvim_get_current_buf()
  return is_here and items.rest_here(item) or nil
end

local function draw()
  clear()
  local rest = rest_here()
  if not rest then
    return
  end
  local lines = {}
  for line in vim.gsplit(rest.text, '\n', { plain = true }) do
    table.insert(lines, { { line, 'CodestralGhostText' } })
  end
  if #state.items > 1 and state.index_shown then
    table.insert(lines[#lines], { (' (%d/%d)'):format(state.index, #state.items), 'CodestralGhostText' })
  end
  local replaces = rest.end_row ~= rest.row or rest.end_col ~= rest.col
  vim.api.nvim_buf_set_extmark(state.buf, namespace, rest.row, rest.col, {
    virt_text = lines[1],
    virt_lines = #lines > 1 and vim.list_slice(lines, 2) or nil,
    virt_text_pos = replaces and 'overlay' or 'inline',
    hl_mode = 'combine',
  })
end

--- An item of the protocol in bytes of the buffer.
local function from_lsp(item, buf, encoding)
  local byte = function(position)
    local line = vim.api.nvim_buf_get_lines(buf, position.line, position.line + 1, false)[1] or ''
    return vim.str_byteindex(line, encoding, position.character, false)
  end
  local text = type(item.insertText) == 'table' and item.insertText.value or item.insertText
  local from, to = item.range.start, item.range['end']
  return {
    row = from.line,
    col = byte(from),
    end_row = to.line,
    end_col = byte(to),
    text = text,
    command = item.command,
  }
end

local function place(buf)
  local cursor = vim.api.nvim_win_get_cursor(0)
  return ('%d:%d:%d:%d'):format(buf, vim.api.nvim_buf_get_changedtick(buf), cursor[1], cursor[2])
end

local function is_inserting()
  return vim.startswith(vim.api.nvim_get_mode().mode, 'i')
end

local function take(result, buf, asked_at, from)
  -- An answer to an older text is never shown, even though it came: a newer one is under way.
  if not is_inserting() or buf ~= vim.api.nvim_get_current_buf() or place(buf) ~= asked_at then
    return
  end
  local given = result and (result.items or result) or {}
  state.items = {}
  for _, item in ipairs(given) do
    if item.range then
      table.insert(state.items, from_lsp(item, buf, from.offset_encoding))
    end
  end
  state.index, state.index_shown = 1, false
  draw()
end

local function ask(kind)
  local buf = vim.api.nvim_get_current_buf()
  local from = client.attached(buf)
  if not from or not enabled then
    return
  end
  cancel()
  local asked_at = place(buf)
  state.buf, state.client_id, state.asked_at = buf, from.id, asked_at
  local params = vim.lsp.util.make_position_params(0, from.offset_encoding)
  params.context = { triggerKind = kind }
  local _, request = from:request(METHOD, params, function(err, result)
    if state.asked_at == asked_at then
      state.request = nil
    end
    if not err then
      take(result, buf, asked_at, from)
    end
  end, buf)
  state.request = request
end

--- At each key: what still fits stays, and the server is asked once for the new place. It waits for a pause in the typing
--- itself, and knows the rest of what it answered before.
local function follow()
  if state.buf ~= vim.api.nvim_get_current_buf() then
    forget()
  end
  draw()
  vim.schedule(function()
    if is_inserting() and state.asked_at ~= place(vim.api.nvim_get_current_buf()) then
      ask(AUTOMATIC)
    end
  end)
end

---@param group integer
function M.start(group)
  vim.api.nvim_set_hl(0, 'CodestralGhostText', { link = 'NonText', default = true })
  vim.api.nvim_create_autocmd({ 'InsertEnter', 'CursorMovedI', 'TextChangedI', 'TextChangedP' }, {
    group = group,
    callback = follow,
  })
  vim.api.nvim_create_autocmd({ 'InsertLeave', 'BufLeave' }, { group = group, callback = forget })
  vim.api.nvim_create_autocmd('LspDetach', {
    group = group,
    callback = function(event)
      if event.data.client_id == state.client_id and event.buf == state.buf then
        forget()
      end
    end,
  })
end

---@param on boolean
function M.enable(on)
  enabled = on
  if not on then
    forget()
  elseif is_inserting() then
    ask(AUTOMATIC)
  end
end

---@return boolean
function M.is_enabled()
  return enabled
end

---@return boolean
function M.is_shown()
  return rest_here() ~= nil
end

--- Accepts the part of the shown suggestion that `part` takes of its rest. False: nothing is shown.
---@param part fun(rest: string): string
---@return boolean
function M.accept(part)
  if not rest_here() then
    return false
  end
  -- A map by expression may not change the text.
  vim.schedule(function()
    local rest = rest_here()
    if not rest then
      return
    end
    local item = state.items[state.index]
    local remaining = items.insert(rest, part(rest.text))
    if remaining then
      state.items, state.index = { vim.tbl_extend('force', remaining, { command = item.command }) }, 1
      draw()
    else
      forget()
      client.accepted(state.client_id, item.command)
    end
  end)
  return true
end

---@param count integer
function M.select(count)
  if not rest_here() then
    return ask(INVOKED)
  end
  -- Some may not fit what was typed since they came.
  repeat
    state.index = (state.index - 1 + count) % #state.items + 1
  until rest_here()
  state.index_shown = true
  draw()
end

function M.dismiss()
  cancel()
  clear()
  state.items = {}
end

return M
