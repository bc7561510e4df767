--- `:Codestral`, its words and their completion.

local chat = require('codestral.chat')
local client = require('codestral.client')
local conversation = require('codestral.conversation')
local scratch = require('codestral.scratch')

local M = {}

--- What is asked about, for the lines of `:[range]Codestral chat`; for a selection within a line exactly that.
local function range_of(command, from)
  local encoding = from.offset_encoding
  if command.range == 0 then
    local position = vim.lsp.util.make_position_params(0, encoding).position
    return { start = position, ['end'] = position }
  end
  local selected = vim.fn.visualmode() == 'v'
    and command.line1 == vim.fn.line("'<")
    and command.line2 == vim.fn.line("'>")
  if command.range == 2 and selected then
    return vim.lsp.util.make_given_range_params(nil, nil, 0, encoding).range
  end
  local lines = vim.api.nvim_buf_line_count(0)
  local last = { line = command.line2, character = 0 }
  if command.line2 >= lines then
    local text = vim.api.nvim_buf_get_lines(0, lines - 1, lines, false)[1]
    last = { line = lines - 1, character = vim.str_utfindex(text, encoding, #text, false) }
  end
  return { start = { line = command.line1 - 1, character = 0 }, ['end'] = last }
end

local function run_chat(command, words)
  local action = words[1]
  if vim.tbl_contains(chat.ACTIONS, action) then
    table.remove(words, 1)
  else
    action = 'ask'
  end
  local instruction = #words > 0 and table.concat(words, ' ') or nil
  if conversation.here() then
    return chat.send(instruction)
  end
  local from = client.attached(vim.api.nvim_get_current_buf()) or client.find()
  if not from then
    return client.absent()
  end
  local argument = { action = action, instruction = instruction }
  if client.attached(vim.api.nvim_get_current_buf()) then
    argument.textDocument = vim.lsp.util.make_text_document_params(0)
    argument.range = range_of(command, from)
  end
  chat.ask(from, argument)
end

local function why()
  client.run('codestral.why', { show = false }, function(records)
    local lines = {}
    for _, record in ipairs(records or {}) do
      -- `os.time()` leaves out the second's part that the record has.
      local seconds = math.max(0, math.floor(os.time() - record.at / 1000))
      local what = type(record.shown) == 'string' and 'shown, by the ' .. record.shown
        or 'nothing: ' .. tostring(record.message)
      if (record.snippets or 0) > 0 then
        what = ('%s, %d excerpts of other files (%d bytes)'):format(what, record.snippets, record.snippetBytes)
      end
      local name = vim.fs.basename(record.uri)
      table.insert(
        lines,
        ('%4d s ago  %s:%d  after %d ms  %s'):format(seconds, name, record.line + 1, record.tookMs, what)
      )
    end
    if #lines == 0 then
      lines = { 'Neovim has asked for nothing yet; is ghost text on? (:checkhealth codestral)' }
    end
    scratch.show('why', lines)
  end)
end

local function status()
  client.run('codestral.status', { show = false }, function(it)
    local counts, engine, today = it.counts, it['local'], it.today
    local where = engine.alone and 'the embedded engine alone; nothing is sent' or ('%s at %s'):format(it.model, it.url)
    local lines = {
      'state      ' .. it.state .. (type(it.error) == 'string' and ': ' .. it.error or ''),
      'asks       ' .. where,
      ('shown      %d suggestions, %d known already, %d by the embedded engine'):format(
        counts.shown,
        counts.reused,
        counts['local']
      ),
      ('requests   %d, %d failed'):format(counts.requests, counts.failed),
      ('tokens     %d sent, %d received'):format(counts.promptTokens, counts.completionTokens),
      ('today      %d%s, by all editors'):format(
        today.tokens,
        type(today.most) == 'number' and (' of %d'):format(today.most) or ''
      ),
    }
    scratch.show('status', lines)
  end)
end

local function usage()
  local from = client.find()
  local binary = from and type(from.config.cmd) == 'table' and from.config.cmd[1] or 'codestral-ls'
  local ok, failure = pcall(vim.system, { binary, 'usage' }, { text = true }, function(result)
    vim.schedule(function()
      local text = result.code == 0 and result.stdout or result.stderr
      scratch.show('usage', vim.split(vim.trim(text), '\n', { plain = true }))
    end)
  end)
  if not ok then
    client.say(('%s cannot be run: %s'):format(binary, failure), vim.log.levels.ERROR)
  end
end

local SUBCOMMANDS = {
  cancel = function()
    chat.cancel()
  end,
  chat = run_chat,
  status = status,
  toggle = function()
    require('codestral').toggle()
  end,
  usage = usage,
  why = why,
}

local function run(command)
  local words = vim.list_slice(command.fargs)
  local name = table.remove(words, 1)
  local subcommand = SUBCOMMANDS[name]
  if not subcommand then
    local names = table.concat(vim.fn.sort(vim.tbl_keys(SUBCOMMANDS)), ', ')
    return client.say(('there is no :Codestral %s; there are %s'):format(name, names), vim.log.levels.ERROR)
  end
  subcommand(command, words)
end

--- The words that can stand where the cursor is.
function M.complete(lead, line)
  local before = line:gsub('^.-Codestral%s+', '', 1)
  local words = vim.split(before, '%s+')
  local choices = #words == 1 and vim.fn.sort(vim.tbl_keys(SUBCOMMANDS))
    or (#words == 2 and words[1] == 'chat' and chat.ACTIONS)
    or {}
  return vim.tbl_filter(function(choice)
    return vim.startswith(choice, lead)
  end, choices)
end

function M.define()
  vim.api.nvim_create_user_command('Codestral', run, {
    nargs = '+',
    range = true,
    complete = M.complete,
    desc = 'Codestral: chat, why, status, usage, toggle, cancel',
  })
end

return M
