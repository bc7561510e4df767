--- What the user set, with defaults.

local M = {}

---@class codestral.Config
M.defaults = {
  --- Merged into the configuration of the LSP client `codestral_ls`, e.g. `{ cmd = { '/opt/codestral-ls' } }`.
  lsp = {},
  --- The server's settings, by the names of its README, e.g. `{ completion = { debounceMs = 100 } }`.
  settings = {},
  --- Whether ghost text is on from the start; `:Codestral toggle` changes it, and silences next edits as well.
  ghost_text = true,
  --- Draw ghost text by this module even where Neovim can (0.12). Always so on 0.11.
  own_ghost_text = false,
  --- Whether next edits are shown.
  next_edit = true,
  --- Insert mode keys. `false` leaves one out. All but `next` and `next_edit` do what they did
  --- before while nothing is shown.
  keys = {
    accept = '<Tab>',
    accept_word = '<M-Right>',
    accept_line = '<M-Down>',
    next = '<M-]>',
    previous = '<M-[>',
    dismiss = '<C-]>',
    --- In normal mode too: goes to the next edit, then makes it.
    next_edit = '<M-n>',
  },
  chat = {
    --- How the window of a conversation is opened: any command that splits.
    split = 'botright vsplit',
    --- Normal mode keys in a conversation.
    keys = { send = '<CR>', cancel = '<C-c>' },
  },
}

---@type codestral.Config
M.current = M.defaults

--- The path and the sentence of the first thing in `given` that is not as in `defaults`.
local function problem(given, defaults, path)
  for key, value in pairs(given) do
    local name, default = path .. key, defaults[key]
    if default == nil then
      return ("there is no option '%s'; there are %s"):format(
        name,
        table.concat(vim.fn.sort(vim.tbl_keys(defaults)), ', ')
      )
    end
    local is_key = path:match('keys%.$')
    local fits = type(value) == type(default) or (is_key and value == false)
    if not fits then
      return ("the option '%s' must be a %s"):format(name, is_key and 'key or false' or type(default))
    end
    if type(default) == 'table' and next(default) then
      local inner = problem(value, default, name .. '.')
      if inner then
        return inner
      end
    end
  end
end

--- Takes what the user gave to `setup`. What is wrong is said once, and the defaults hold.
---@param given? table
function M.set(given)
  given = given or {}
  local wrong = problem(given, M.defaults, '')
  if wrong then
    vim.notify('Codestral: ' .. wrong .. ' (:help codestral-setup)', vim.log.levels.ERROR)
    given = {}
  end
  M.current = vim.tbl_deep_extend('force', M.defaults, given)
end

return M
