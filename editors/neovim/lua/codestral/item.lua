--- A suggestion and the text it belongs to: what of it is still to be inserted, and where. Columns are bytes from 0.

local M = {}

---@class codestral.Item
---@field row integer where it begins
---@field col integer
---@field end_row integer where what it replaces ends, as it was when the suggestion was made
---@field end_col integer
---@field text string from `row`, `col`

---@class codestral.Rest
---@field row integer the cursor
---@field col integer
---@field end_row integer where what is still replaced ends
---@field end_col integer
---@field text string what has not been typed yet

--- What remains of `item` for a cursor behind `typed`, which stands from the item's beginning to the cursor. Nothing if
--- something else was typed, or all of it.
---@param item codestral.Item
---@param typed string
---@param row integer the cursor
---@param col integer
---@return codestral.Rest?
function M.rest(item, typed, row, col)
  if #typed >= #item.text or item.text:sub(1, #typed) ~= typed then
    return nil
  end
  -- What is replaced stands behind the cursor, wherever the typing moved it.
  local end_row = row + item.end_row - item.row
  local end_col = item.end_row == item.row and col + item.end_col - item.col or item.end_col
  return { row = row, col = col, end_row = end_row, end_col = end_col, text = item.text:sub(#typed + 1) }
end

--- The same for the buffer and cursor of the current window.
---@param item codestral.Item
---@return codestral.Rest?
function M.rest_here(item)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  if row < item.row or (row == item.row and col < item.col) then
    return nil
  end
  local ok, lines = pcall(vim.api.nvim_buf_get_text, 0, item.row, item.col, row, col, {})
  local rest = ok and M.rest(item, table.concat(lines, '\n'), row, col)
  if not rest then
    return nil
  end
  local last = vim.api.nvim_buf_get_lines(0, rest.end_row, rest.end_row + 1, false)[1]
  return last and #last >= rest.end_col and rest or nil
end

--- The first word of `text` with what stands before it: blanks, then letters of a name or else one run of other signs.
---@param text string
---@return string
function M.word(text)
  local blank = text:match('^%s*')
  local after = text:sub(#blank + 1)
  -- Bytes from 128 on are parts of letters outside ASCII.
  local word = after:match('^[%w_\128-\255]+') or after:match('^[^%w_%s\128-\255]+') or ''
  return blank .. word
end

--- The first line of `text`; a line break that stands first belongs to the line after it.
---@param text string
---@return string
function M.line(text)
  return text:match('^\n*[^\n]*')
end

--- Begins a new step of undo; setting the option does it, even to the value that it has (|undo-break|).
local function break_undo()
  vim.bo.undolevels = vim.bo.undolevels
end

--- Inserts a part of `rest` into the current buffer and moves the cursor behind it. What is replaced goes only with
--- the whole: a part is inserted before it. Can be undone on its own, before and after what else is typed.
---@param rest codestral.Rest
---@param part string
---@return codestral.Rest? rest what remains
function M.insert(rest, part)
  break_undo()
  local is_whole = #part == #rest.text
  local lines = vim.split(part, '\n', { plain = true })
  local end_row, end_col = rest.row, rest.col
  if is_whole then
    end_row, end_col = rest.end_row, rest.end_col
  end
  vim.api.nvim_buf_set_text(0, rest.row, rest.col, end_row, end_col, lines)
  local row = rest.row + #lines - 1
  local col = #lines[#lines] + (#lines == 1 and rest.col or 0)
  vim.api.nvim_win_set_cursor(0, { row + 1, col })
  break_undo()
  if is_whole then
    return nil
  end
  local item = { row = rest.row, col = rest.col, end_row = rest.end_row, end_col = rest.end_col, text = rest.text }
  return M.rest(item, part, row, col)
end

return M
