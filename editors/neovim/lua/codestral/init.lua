--- Codestral in Neovim: ghost text in whole or in part, and chat. `:help codestral`.

local M = {}

--- Neovim's own ghost text, or ours.
local ghost

local function is_old()
  return vim.fn.has('nvim-0.11') == 0
end

--- Nothing works before `setup`; the sentence names it.
local function drawn()
  if not ghost then
    error("Codestral: call require('codestral').setup() first (:help codestral-setup)", 3)
  end
  return ghost
end

local function whole(rest)
  return rest
end

--- Accepts all of the suggestion. False: none is shown. The text changes a moment later, so that maps by expression work.
---@return boolean
function M.accept()
  return drawn().accept(whole)
end

--- Accepts its next word.
---@return boolean
function M.accept_word()
  return drawn().accept(require('codestral.item').word)
end

--- Accepts the rest of its line, or the next one.
---@return boolean
function M.accept_line()
  return drawn().accept(require('codestral.item').line)
end

--- Shows the next suggestion; where none is shown, asks for one now.
function M.next()
  drawn().select(1)
end

--- Shows the one before.
function M.previous()
  drawn().select(-1)
end

--- Takes the suggestion away, and gives up what is being asked.
function M.dismiss()
  drawn().dismiss()
end

--- Takes the next edit away; it does not come again. False: none is shown.
---@return boolean
function M.dismiss_next_edit()
  return require('codestral.next_edit').dismiss()
end

---@return boolean
function M.is_shown()
  return drawn().is_shown()
end

---@return boolean
function M.is_enabled()
  return drawn().is_enabled()
end

--- Switches ghost text and next edits on or off, in all buffers.
---@param on? boolean else the other way, of ghost text
function M.toggle(on)
  if on == nil then
    on = not M.is_enabled()
  end
  drawn().enable(on)
  require('codestral.next_edit').enable(on)
  local what = require('codestral.config').current.next_edit and 'ghost text and next edits are' or 'ghost text is'
  require('codestral.client').say(('%s %s'):format(what, on and 'on' or 'off'))
  vim.cmd.redrawstatus({ bang = true })
end

--- For a statusline: `Codestral`, with what it does if that is not nothing. Empty where no server is attached.
---@return string
function M.statusline()
  if not ghost then
    return ''
  end
  local state = require('codestral.status').state(M.is_enabled())
  if not state then
    return ''
  end
  return state == 'idle' and 'Codestral' or 'Codestral: ' .. state
end

local function map_keys(keys)
  local map = require('codestral.keys').map
  local function if_shown(act)
    return function()
      local is_shown = M.is_shown()
      if is_shown then
        act()
      end
      return is_shown
    end
  end
  map(keys.accept, 'accept the suggestion', M.accept)
  map(keys.accept_word, 'accept a word', M.accept_word)
  map(keys.accept_line, 'accept a line', M.accept_line)
  map(keys.previous, 'previous suggestion', if_shown(M.previous))
  map(keys.dismiss, 'dismiss the suggestion', if_shown(M.dismiss))
  map(keys.next, 'next suggestion', function()
    M.next()
    return true
  end)
end

--- Configures and enables the client `codestral_ls`.
local function enable_client(config)
  local client = require('codestral.client')
  local name = client.NAME
  local own = {
    handlers = { ['window/showMessage'] = client.show_message },
    -- What we show ourselves: conversations, and ghost text where Neovim does not say that it can.
    init_options = { chatStream = true },
    capabilities = { textDocument = { inlineCompletion = { dynamicRegistration = false } } },
  }
  -- An empty table would reach the server as an empty list.
  if next(config.settings) then
    own.settings = { codestral = config.settings }
  end
  vim.lsp.config(name, vim.tbl_deep_extend('force', own, config.lsp))
  vim.lsp.enable(name)
end

--- Sets all up. What can be given: `:help codestral-setup`.
---@param given? table
function M.setup(given)
  if is_old() then
    local version = tostring(vim.version())
    vim.notify(('Codestral needs Neovim 0.11, better 0.12; this is %s'):format(version), vim.log.levels.ERROR)
    return
  end
  local settings = require('codestral.config')
  settings.set(given)
  local config = settings.current
  local is_native = vim.lsp.inline_completion ~= nil and not config.own_ghost_text
  local group = vim.api.nvim_create_augroup('codestral', { clear = true })

  ghost = is_native and require('codestral.native') or require('codestral.own')
  ghost.start(group)
  require('codestral.status').start(group)
  require('codestral.chat').start(group)
  require('codestral.next_edit').start(group)
  require('codestral.command').define()
  map_keys(config.keys)
  enable_client(config)
  ghost.enable(config.ghost_text)
end

return M
