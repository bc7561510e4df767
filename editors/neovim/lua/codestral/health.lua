--- `:checkhealth codestral`: from Neovim's version to the key.

local M = {}

--- Milliseconds that a program may take; `check` asks the endpoint once.
local PATIENCE = 20000

local function run(arguments, environment)
  local ok, process = pcall(vim.system, arguments, { text = true, env = environment })
  if not ok then
    return nil
  end
  return process:wait(PATIENCE)
end

local function neovim(health)
  health.start('Neovim')
  if vim.fn.has('nvim-0.12') == 1 then
    health.ok(('%s has inline completion'):format(tostring(vim.version())))
  elseif vim.fn.has('nvim-0.11') == 1 then
    health.ok(('%s has no inline completion, so this module draws ghost text itself'):format(tostring(vim.version())))
  else
    health.error(('%s is too old'):format(tostring(vim.version())), 'Take Neovim 0.12, or at least 0.11.')
    return false
  end
  return true
end

--- What of the client's configuration `check` can be told: the variables, and which host and model are asked.
---@param config vim.lsp.Config
---@return table<string, string>
local function environment(config)
  local endpoint = vim.tbl_get(config, 'settings', 'codestral', 'endpoint') or {}
  local told = { CODESTRAL_URL = endpoint.url, CODESTRAL_MODEL = endpoint.model }
  return vim.tbl_extend('force', config.cmd_env or {}, told)
end

local function server(health)
  health.start('Server')
  local config = vim.lsp.config[require('codestral.client').NAME]
  local command = config and config.cmd
  if type(command) ~= 'table' then
    health.error('nothing says how to start it', 'Put editors/neovim on the runtimepath, or set lsp.cmd in setup().')
    return
  end
  local binary = command[1]
  if vim.fn.executable(binary) == 0 then
    local advice = 'Install it (cargo install --locked --path .), or name it: setup({ lsp = { cmd = { ... } } }).'
    health.error(('%s is not on PATH'):format(binary), advice)
    return
  end
  local version = run({ binary, '--version' })
  if not version or version.code ~= 0 then
    health.error(('%s does not run'):format(vim.fn.exepath(binary)), vim.trim(version and version.stderr or ''))
    return
  end
  health.ok(('%s: %s'):format(vim.fn.exepath(binary), vim.trim(version.stdout)))
  local told = environment(config)
  local check = run({ binary, 'check' }, told)
  local found = check and vim.trim(check.stdout .. check.stderr) or 'it did not end'
  local say = check and check.code == 0 and health.ok or health.error
  local from = next(told) and ', which setup() gives variables' or ''
  say(('codestral-ls check%s:\n%s'):format(from, found))
end

local function client(health)
  health.start('Client')
  local name = require('codestral.client').NAME
  local running = vim.lsp.get_clients({ name = name })
  if #running == 0 then
    health.warn('no server is running', 'Open a file whose type Neovim knows; :set filetype? tells it.')
  end
  for _, it in ipairs(running) do
    local buffers = vim.tbl_count(it.attached_buffers)
    health.ok(
      ('%s (client %d) is attached to %d buffers below %s'):format(name, it.id, buffers, it.root_dir or 'no root')
    )
  end
end

local function ghost_text(health)
  health.start('Ghost text')
  local config = require('codestral.config').current
  local ok, on = pcall(require('codestral').is_enabled)
  if not ok then
    local is_on = vim.lsp.inline_completion and vim.lsp.inline_completion.is_enabled()
    local advice = "Call require('codestral').setup(), or vim.lsp.inline_completion.enable() and a map of your own."
    local say = is_on and health.info or health.warn
    say('setup() was not called; inline completion is ' .. (is_on and 'on' or 'off'), not is_on and advice or nil)
    return
  end
  if on then
    health.ok('it is on')
  else
    health.warn('it is off', 'Switch it on with :Codestral toggle.')
  end
  local conflicts = require('codestral.keys').conflicts(config.keys)
  for _, conflict in ipairs(conflicts) do
    health.warn(conflict, 'Give another key to setup({ keys = { ... } }), or call setup() after what maps it.')
  end
  if #conflicts == 0 then
    health.ok('its keys are free for it')
  end
end

function M.check()
  local health = vim.health
  if neovim(health) then
    server(health)
    client(health)
    ghost_text(health)
  end
end

return M
