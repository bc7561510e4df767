--- What the server is doing, for a statusline: asked for after each suggestion, and drawn when it changes.

local client = require('codestral.client')

local M = {}

--- Milliseconds between two questions about the state: fast enough for a person, and cheap.
local EVERY = 1000

--- Requests for suggestions that are under way.
local asking = {}
--- The last state by client: `{ state = 'idle', error = nil, ... }`, as `codestral.status` gives it.
local states = {}
local told_at = 0
local is_waiting = false

local function redraw()
  vim.schedule(function()
    vim.cmd.redrawstatus({ bang = true })
  end)
end

local function refresh(client_id)
  local from = vim.lsp.get_client_by_id(client_id)
  local wait = told_at + EVERY - vim.uv.now()
  if not from or is_waiting then
    return
  elseif wait > 0 then
    is_waiting = true
    vim.defer_fn(function()
      is_waiting = false
      refresh(client_id)
    end, wait)
    return
  end
  told_at = vim.uv.now()
  local params = { command = 'codestral.status', arguments = { { show = false } } }
  from:request('workspace/executeCommand', params, function(err, result)
    if not err then
      states[client_id] = result
      redraw()
    end
  end)
end

local function forget(client_id)
  states[client_id] = nil
  for key in pairs(asking) do
    if vim.startswith(key, client_id .. ':') then
      asking[key] = nil
    end
  end
end

---@param group integer
function M.start(group)
  vim.api.nvim_create_autocmd('LspRequest', {
    group = group,
    callback = function(event)
      local id, request = event.data.client_id, event.data.request
      local from = vim.lsp.get_client_by_id(id)
      if request.method ~= 'textDocument/inlineCompletion' or not from or from.name ~= client.NAME then
        return
      end
      local key = id .. ':' .. event.data.request_id
      asking[key] = request.type == 'pending' or nil
      redraw()
      if request.type == 'complete' then
        vim.schedule(function()
          refresh(id)
        end)
      end
    end,
  })
  vim.api.nvim_create_autocmd('LspAttach', { group = group, callback = redraw })
  vim.api.nvim_create_autocmd('LspDetach', {
    group = group,
    -- One buffer may be let go of alone; a moment later the client tells.
    callback = vim.schedule_wrap(function(event)
      local id = event.data.client_id
      local from = vim.lsp.get_client_by_id(id)
      if not from or from:is_stopped() then
        forget(id)
      end
      redraw()
    end),
  })
end

--- `idle`, `asking`, `off` or `error`; nothing where no server is attached.
---@param is_on boolean
---@return string? state
---@return string? sentence what is wrong
function M.state(is_on)
  local from = client.attached(vim.api.nvim_get_current_buf())
  if not from then
    return nil
  end
  local known = states[from.id] or {}
  if known.state == 'error' then
    return 'error', known.error
  elseif not is_on or known.on == false then
    return 'off'
  elseif next(asking) then
    return 'asking'
  end
  return 'idle'
end

return M
