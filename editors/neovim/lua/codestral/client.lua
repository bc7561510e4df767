--- The running server.

local M = {}

--- The name of its configuration.
M.NAME = 'codestral_ls'

--- The client for a buffer, or else any that runs: chat needs no buffer of its own.
---@param buf? integer
---@return vim.lsp.Client?
function M.find(buf)
  local attached = buf and vim.lsp.get_clients({ name = M.NAME, bufnr = buf }) or {}
  return attached[1] or vim.lsp.get_clients({ name = M.NAME })[1]
end

---@param buf integer
---@return vim.lsp.Client?
function M.attached(buf)
  return vim.lsp.get_clients({ name = M.NAME, bufnr = buf })[1]
end

--- A line as it fits the place for messages. A longer one would ask for a key, and take it from what is typed.
---@param line string
---@return string
local function cut(line)
  local width = math.max(vim.v.echospace, 2)
  if vim.api.nvim_strwidth(line) <= width then
    return line
  end
  local chars = width - 1
  local shown = vim.fn.strcharpart(line, 0, chars)
  while vim.api.nvim_strwidth(shown) >= width do
    chars = chars - 1
    shown = vim.fn.strcharpart(line, 0, chars)
  end
  return shown .. '…'
end

--- Says one sentence to the person; `in_passing`, or while they type, in one line, and the log of Neovim's clients has
--- all of it.
---@param sentence string
---@param level? integer
---@param in_passing? boolean
function M.say(sentence, level, in_passing)
  local text = 'Codestral: ' .. sentence
  if in_passing or vim.api.nvim_get_mode().mode ~= 'n' then
    local line = vim.trim((text:gsub('%s+', ' ')))
    text = cut(line)
    if text ~= line then
      vim.lsp.log.warn(line)
    end
  end
  vim.notify(text, level or vim.log.levels.INFO)
end

--- Shows a message of the server's (`window/showMessage`).
---@param params lsp.ShowMessageParams
function M.show_message(_, params)
  local levels = { vim.log.levels.ERROR, vim.log.levels.WARN }
  M.say((params.message:gsub('^Codestral: ', '')), levels[params.type], true)
end

--- Says that there is no server to ask.
function M.absent()
  M.say('the server is not running; open a file of a project, or see :checkhealth codestral', vim.log.levels.WARN)
end

--- Runs a command of the server. `done` gets its result and is not called after an error, which is said.
---@param command string
---@param argument? table
---@param done? fun(result: any)
function M.run(command, argument, done)
  local client = M.find(vim.api.nvim_get_current_buf())
  if not client then
    return M.absent()
  end
  local params = { command = command, arguments = argument and { argument } or nil }
  client:request('workspace/executeCommand', params, function(err, result)
    if err then
      M.say(err.message, vim.log.levels.ERROR)
    elseif done then
      done(result)
    end
  end)
end

--- Tells the server that a suggestion was taken.
---@param client_id integer
---@param command? lsp.Command
function M.accepted(client_id, command)
  local client = vim.lsp.get_client_by_id(client_id)
  if client and command then
    client:exec_cmd(command)
  end
end

return M
