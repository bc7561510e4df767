--- Windows on texts that are no files.

local M = {}

--- The buffer of that name, made if there is none.
---@param name string
---@param filetype string
---@return integer buf
function M.buffer(name, filetype)
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buf) == name then
      if vim.api.nvim_buf_is_loaded(buf) then
        return buf
      end
      -- Unloaded it has lost text and options.
      vim.api.nvim_buf_delete(buf, { force = true })
    end
  end
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buf, name)
  vim.bo[buf].bufhidden = 'hide'
  -- The file type's own set-up may fail, as where a distribution leaves out its parser. The text can be read without, so
  -- that is nobody's trouble: the message would fill the screen and wait for a key.
  vim.api.nvim_buf_call(buf, function()
    vim.cmd.setlocal({ 'filetype=' .. filetype, mods = { emsg_silent = true } })
  end)
  return buf
end

--- The window that shows `buf`: one of this tab page, or a new one.
---@param buf integer
---@param split string
---@return integer win
function M.window(buf, split)
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == buf then
      return win
    end
  end
  local from = vim.api.nvim_get_current_win()
  vim.cmd(split)
  local win = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(win, buf)
  vim.wo[win].wrap, vim.wo[win].linebreak = true, true
  vim.api.nvim_set_current_win(from)
  return win
end

--- Shows `lines` in a window below, and goes there.
---@param name string
---@param lines string[]
function M.show(name, lines)
  local buf = M.buffer('codestral://' .. name, 'text')
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].modifiable = false
  local height = math.max(1, math.min(#lines, 15))
  vim.api.nvim_set_current_win(M.window(buf, ('botright %dsplit'):format(height)))
end

return M
