--- The next edit: drawn where it is, reached and taken by one key.

local client = require('codestral.client')
local config = require('codestral.config')

local M = {}

local namespace = vim.api.nvim_create_namespace('codestral.next_edit')

--- What is shown: `edits` in order, each with `buf`, `row`, `col`, `end_row`, `end_col` in bytes, and the edit as it came.
local shown
--- The request that is under way: `client_id`, and `id`, its number there.
local request
--- Whether next edits are asked for.
local enabled = true

local function clear()
  if not shown then
    return
  end
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) then
      vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
    end
  end
  if shown.maps_escape and vim.api.nvim_buf_is_valid(shown.asked_in) then
    pcall(vim.keymap.del, 'n', '<Esc>', { buffer = shown.asked_in })
  end
  shown = nil
end

local function cancel()
  local from = request and vim.lsp.get_client_by_id(request.client_id)
  if from then
    from:cancel_request(request.id)
  end
  request = nil
end

local function tick(buf)
  return vim.api.nvim_buf_is_loaded(buf) and vim.api.nvim_buf_get_changedtick(buf) or nil
end

--- An edit of the server's in bytes of its buffer, if that is loaded.
local function located(edit, encoding)
  local buf = vim.uri_to_bufnr(edit.textDocument.uri)
  if not vim.api.nvim_buf_is_loaded(buf) then
    return nil
  end
  local function byte(position)
    local line = vim.api.nvim_buf_get_lines(buf, position.line, position.line + 1, false)[1] or ''
    return vim.str_byteindex(line, encoding, position.character, false)
  end
  local from, to = edit.range.start, edit.range['end']
  return {
    buf = buf,
    tick = tick(buf),
    row = from.line,
    col = byte(from),
    end_row = to.line,
    end_col = byte(to),
    text = edit.text,
    sent = edit,
  }
end

--- A place below the last line is the end of that line.
local function inside(edit)
  local last = vim.api.nvim_buf_line_count(edit.buf) - 1
  local function clip(row, col)
    if row <= last then
      return row, col
    end
    return last, #vim.api.nvim_buf_get_lines(edit.buf, last, last + 1, false)[1]
  end
  local row, col = clip(edit.row, edit.col)
  local end_row, end_col = clip(edit.end_row, edit.end_col)
  return row, col, end_row, end_col
end

local function draw_edit(edit)
  local row, col, end_row, end_col = inside(edit)
  if row ~= end_row or col ~= end_col then
    vim.api.nvim_buf_set_extmark(edit.buf, namespace, row, col, {
      end_row = end_row,
      end_col = end_col,
      hl_group = 'CodestralNextEditOld',
    })
  end
  if edit.text == '' then
    return
  end
  local lines = vim.split(edit.text, '\n', { plain = true })
  local is_whole_lines = lines[#lines] == '' and edit.col == 0
  if is_whole_lines then
    table.remove(lines)
    local virtual = vim.tbl_map(function(line)
      return { { line, 'CodestralNextEditNew' } }
    end, lines)
    vim.api.nvim_buf_set_extmark(edit.buf, namespace, row, 0, {
      virt_lines = virtual,
      virt_lines_above = edit.row <= row,
    })
    return
  end
  local rest = {}
  for at = 2, #lines do
    table.insert(rest, { { lines[at], 'CodestralNextEditNew' } })
  end
  vim.api.nvim_buf_set_extmark(edit.buf, namespace, end_row, end_col, {
    virt_text = { { lines[1], 'CodestralNextEditNew' } },
    virt_text_pos = 'inline',
    virt_lines = #rest > 0 and rest or nil,
  })
end

--- Where it is, at the cursor, when it cannot be seen.
local function draw_hint(first)
  local buf = vim.api.nvim_get_current_buf()
  local is_seen = first.buf == buf and first.row + 1 >= vim.fn.line('w0') and first.row + 1 <= vim.fn.line('w$')
  if is_seen then
    return
  end
  local name = vim.fs.basename(vim.api.nvim_buf_get_name(first.buf))
  local where = first.buf == buf and ('line %d'):format(first.row + 1) or ('%s:%d'):format(name, first.row + 1)
  vim.api.nvim_buf_set_extmark(buf, namespace, vim.api.nvim_win_get_cursor(0)[1] - 1, 0, {
    virt_text = { { '  next edit: ' .. where, 'CodestralNextEditNew' } },
    virt_text_pos = 'eol',
  })
end

local function show(result, from, buf)
  local edits = {}
  for _, sent in ipairs(result and result.edits or {}) do
    local edit = located(sent, from.offset_encoding)
    if not edit then
      return
    end
    table.insert(edits, edit)
  end
  if #edits == 0 then
    return
  end
  shown = { edits = edits, client_id = from.id, id = result.id, asked_in = buf }
  vim.iter(edits):each(draw_edit)
  draw_hint(edits[1])
  -- In insert mode the key ends the mode, as it always does; in normal mode it does nothing that would be missed.
  if vim.fn.maparg('<Esc>', 'n') == '' then
    vim.keymap.set('n', '<Esc>', M.dismiss, { buffer = buf, desc = 'Codestral: dismiss the next edit' })
    shown.maps_escape = true
  end
  from:notify('textDocument/didShowInlineEdit', { item = { command = { arguments = { result.id } } } })
end

---@param is_automatic boolean
local function ask(is_automatic)
  local buf = vim.api.nvim_get_current_buf()
  local from = client.attached(buf)
  if not from or not enabled then
    return
  end
  cancel()
  local asked_at = tick(buf)
  local params = vim.lsp.util.make_position_params(0, from.offset_encoding)
  local argument = { textDocument = params.textDocument, position = params.position, automatic = is_automatic }
  local command = { command = 'codestral.nextEdit', arguments = { argument } }
  local asked = { client_id = from.id }
  request = asked
  local _, id = from:request('workspace/executeCommand', command, function(err, result)
    -- An answer may have been on its way when it was given up: a newer one is awaited by now, or none.
    if request ~= asked then
      return
    end
    request = nil
    if err or tick(buf) ~= asked_at or buf ~= vim.api.nvim_get_current_buf() then
      return
    end
    clear()
    show(result, from, buf)
  end, buf)
  asked.id = id
  if not id then
    request = nil
  end
end

local function is_current()
  return shown ~= nil and vim.iter(shown.edits):all(function(edit)
    return tick(edit.buf) == edit.tick
  end)
end

---@return boolean
function M.is_shown()
  return is_current()
end

local function jump(first)
  vim.cmd("normal! m'")
  if first.buf ~= vim.api.nvim_get_current_buf() then
    vim.api.nvim_win_set_buf(0, first.buf)
  end
  local row, col = inside(first)
  vim.api.nvim_win_set_cursor(0, { row + 1, col })
end

local function apply()
  local taken = shown
  local from = vim.lsp.get_client_by_id(taken.client_id)
  clear()
  if not from then
    return
  end
  local by_buffer = {}
  for _, edit in ipairs(taken.edits) do
    by_buffer[edit.buf] = by_buffer[edit.buf] or {}
    table.insert(by_buffer[edit.buf], { range = edit.sent.range, newText = edit.text })
  end
  for buf, edits in pairs(by_buffer) do
    vim.lsp.util.apply_text_edits(edits, buf, from.offset_encoding)
  end
  client.accepted(taken.client_id, taken.edits[1].sent.command)
  ask(false)
end

--- Goes to the next edit, or makes it where the cursor is there; where none is shown, asks for one now.
function M.go()
  if not is_current() then
    clear()
    return ask(false)
  end
  local first = shown.edits[1]
  local is_there = first.buf == vim.api.nvim_get_current_buf()
    and vim.api.nvim_win_get_cursor(0)[1] - 1 == (inside(first))
  if is_there then
    apply()
  else
    jump(first)
  end
end

--- Off: nothing is shown and nothing asked, by the key neither.
---@param on boolean
function M.enable(on)
  enabled = on
  if not on then
    cancel()
    clear()
  end
end

--- Takes it away; it does not come again. False: none is shown.
---@return boolean
function M.dismiss()
  if not shown then
    return false
  end
  client.run('codestral.nextEdit', { dismiss = true, id = shown.id })
  clear()
  return true
end

--- Old text as a diff has it, and struck through besides, which no group of Neovim's own is.
local function set_highlights()
  local old = vim.api.nvim_get_hl(0, { name = 'DiffDelete', link = false })
  old.strikethrough = true
  old.default = true
  vim.api.nvim_set_hl(0, 'CodestralNextEditOld', old)
  vim.api.nvim_set_hl(0, 'CodestralNextEditNew', { link = 'DiffAdd', default = true })
end

---@param group integer
function M.start(group)
  enabled = true
  set_highlights()
  vim.api.nvim_create_autocmd('ColorScheme', { group = group, callback = set_highlights })
  if not config.current.next_edit then
    return
  end
  vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI', 'InsertLeave' }, {
    group = group,
    callback = function()
      if not is_current() then
        clear()
        ask(true)
      end
    end,
  })
  local key = config.current.keys.next_edit
  if key then
    vim.keymap.set({ 'n', 'i' }, key, M.go, { desc = 'Codestral: go to the next edit, make it' })
  end
end

return M
