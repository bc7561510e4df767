--- The buffer of one conversation: what the server tells is appended at its end, what the person writes below the last
--- heading is the next question.

local config = require('codestral.config')
local scratch = require('codestral.scratch')

local M = {}

--- The server's headings (`editors/chat.md`, "codestral/chatDelta").
local YOU = '## You <!-- codestral -->'
local MARK = [[ <!-- codestral -->$]]

---@class codestral.Conversation
---@field id string
---@field buf integer
---@field is_shown boolean
---@field is_broken? boolean the server, which is gone, has not written the last heading; we have

---@type table<string, codestral.Conversation>
local all = {}
--- What those held whose buffers were unloaded, as by |:bdelete|.
---@type table<string, string[]>
local kept = {}

---@param id string
---@return codestral.Conversation
function M.get(id)
  local known = all[id]
  if known and vim.api.nvim_buf_is_loaded(known.buf) then
    return known
  end
  local buf = scratch.buffer('codestral://' .. id, 'markdown')
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, kept[id] or {})
  vim.bo[buf].modifiable = false
  vim.api.nvim_create_autocmd('BufUnload', {
    buffer = buf,
    callback = function()
      kept[id] = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
    end,
  })
  all[id] = { id = id, buf = buf, is_shown = false }
  return all[id]
end

--- The conversation in the current buffer.
---@return codestral.Conversation?
function M.here()
  local buf = vim.api.nvim_get_current_buf()
  for _, conversation in pairs(all) do
    if conversation.buf == buf then
      return conversation
    end
  end
end

---@param conversation codestral.Conversation
---@param keys table<string, fun()> what to do at `send` and `cancel`
function M.show(conversation, keys)
  local buf = conversation.buf
  local win = scratch.window(buf, config.current.chat.split)
  if conversation.is_shown then
    return
  end
  conversation.is_shown = true
  vim.wo[win].conceallevel = 2
  vim.api.nvim_win_call(win, function()
    vim.fn.matchadd('Conceal', MARK)
  end)
  vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(buf), 0 })
  for name, act in pairs(keys) do
    local lhs = config.current.chat.keys[name]
    if lhs then
      vim.keymap.set('n', lhs, act, { buffer = buf, desc = 'Codestral: ' .. name })
    end
  end
end

--- Appends to the end. A window whose cursor is there goes on following.
---@param conversation codestral.Conversation
---@param text string
function M.append(conversation, text)
  local buf = conversation.buf
  local last = vim.api.nvim_buf_line_count(buf)
  local following = vim.tbl_filter(function(win)
    return vim.api.nvim_win_get_cursor(win)[1] == last
  end, vim.fn.win_findbuf(buf))
  vim.bo[buf].modifiable = true
  local end_col = #vim.api.nvim_buf_get_lines(buf, last - 1, last, false)[1]
  vim.api.nvim_buf_set_text(buf, last - 1, end_col, last - 1, end_col, vim.split(text, '\n', { plain = true }))
  vim.bo[buf].modifiable = false
  for _, win in ipairs(following) do
    vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(buf), 0 })
  end
end

--- The person may write again.
---@param conversation codestral.Conversation
function M.open(conversation)
  vim.bo[conversation.buf].modifiable = true
end

--- The server is gone in the middle of an answer: makes the place for the next question, for another that comes.
---@param conversation codestral.Conversation
function M.break_off(conversation)
  M.append(conversation, '\n\n' .. YOU .. '\n\n')
  conversation.is_broken = true
end

--- Takes the question out of the buffer, which then is again what the server has; the server tells it back.
---@param conversation codestral.Conversation
---@return string
function M.take_question(conversation)
  local buf = conversation.buf
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  for at = #lines, 1, -1 do
    if lines[at] == YOU then
      -- A heading of ours goes as well: the server tells its own.
      vim.api.nvim_buf_set_lines(buf, conversation.is_broken and at - 1 or at, -1, false, { '', '' })
      conversation.is_broken = nil
      return vim.trim(table.concat(vim.list_slice(lines, at + 1), '\n'))
    end
  end
  return ''
end

return M
