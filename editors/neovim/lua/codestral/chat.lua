--- Chat: asks, follows what the server tells (`codestral/chatDelta`), cancels.

local client = require('codestral.client')
local conversation = require('codestral.conversation')

local M = {}

--- The command of the server, and of its code actions.
M.COMMAND = 'codestral.chat'

--- What can be asked, in the order it is offered.
M.ACTIONS = { 'explain', 'fix', 'document', 'tests', 'improve', 'change', 'ask' }

local PROMPTS = { ask = 'Ask Codestral: ', change = 'Change it how? ' }
local PROSE = { explain = true, tests = true, ask = true }

---@class codestral.Exchange
---@field client_id integer
---@field action string
---@field request? integer
---@field conversation? string known from the first that is told on
---@field question? string what was taken out of the conversation's buffer
---@field chat? integer

--- Those that are not over, the oldest first.
---@type codestral.Exchange[]
local open = {}
local tokens = 0

local function close(exchange)
  for at, other in ipairs(open) do
    if other == exchange then
      return table.remove(open, at)
    end
  end
end

local function show(id)
  conversation.show(conversation.get(id), { send = M.send, cancel = M.cancel })
end

--- Ends an exchange of which the server tells nothing more. A question that it has not told back is put back.
local function broken_off(exchange, sentence)
  if not close(exchange) then
    return
  end
  client.say(sentence, vim.log.levels.ERROR)
  if not exchange.conversation then
    return
  end
  local place = conversation.get(exchange.conversation)
  if exchange.chat then
    conversation.break_off(place)
  elseif exchange.question then
    conversation.append(place, exchange.question)
  end
  conversation.open(place)
end

--- Ends what was asked of servers that are gone.
local function end_orphans()
  for _, exchange in ipairs(vim.list_slice(open)) do
    local from = vim.lsp.get_client_by_id(exchange.client_id)
    if not from or from:is_stopped() then
      broken_off(exchange, 'the server ended before its answer did; :e in the code starts it again')
    end
  end
end

local function request(from, argument, question)
  tokens = tokens + 1
  local exchange = {
    client_id = from.id,
    action = argument.action,
    conversation = argument.conversation,
    question = question,
  }
  table.insert(open, exchange)
  -- With a token of ours the request lasts as long as the chat, so that cancelling the one ends the other.
  local params = { command = M.COMMAND, arguments = { argument }, workDoneToken = 'codestral-chat-' .. tokens }
  local is_sent, id = from:request('workspace/executeCommand', params, function(err)
    if err then
      broken_off(exchange, err.message)
    else
      close(exchange)
    end
  end)
  exchange.request = id
  if not is_sent then
    end_orphans()
  end
end

--- Asks; first for words where it is nothing without them.
---@param from vim.lsp.Client
---@param argument table as `editors/chat.md` has it
---@param question? string
function M.ask(from, argument, question)
  local prompt = PROMPTS[argument.action]
  if not prompt or argument.instruction then
    return request(from, argument, question)
  end
  vim.ui.input({ prompt = prompt }, function(words)
    if words and vim.trim(words) ~= '' then
      request(from, vim.tbl_extend('force', argument, { instruction = words }), words)
    end
  end)
end

--- Sends what stands below the last heading of the conversation in the current buffer.
---@param words? string instead of that
function M.send(words)
  local place = conversation.here()
  local from = client.find()
  if not place then
    return client.say('this buffer is no conversation; begin one with :Codestral chat', vim.log.levels.WARN)
  elseif not from then
    return client.absent()
  end
  end_orphans()
  for _, exchange in ipairs(open) do
    if exchange.conversation == place.id then
      return client.say('the last answer is still coming; cancel it first', vim.log.levels.WARN)
    end
  end
  local question = conversation.take_question(place)
  words = words or (question ~= '' and question or nil)
  M.ask(from, { action = 'ask', conversation = place.id, instruction = words }, words)
end

--- Ends what is being asked: in a conversation that, else the last.
function M.cancel()
  local place = conversation.here()
  for at = #open, 1, -1 do
    local exchange = open[at]
    local from = vim.lsp.get_client_by_id(exchange.client_id)
    if from and exchange.request and (not place or exchange.conversation == place.id) then
      from:cancel_request(exchange.request)
      return
    end
  end
  client.say('nothing is being asked')
end

--- The exchange that a message is about; the first message of one finds it by what was asked.
local function exchange_of(delta, client_id)
  for _, exchange in ipairs(open) do
    if exchange.client_id == client_id and exchange.chat == delta.chat then
      return exchange
    end
  end
  if delta.kind ~= 'begin' then
    return nil
  end
  for _, exchange in ipairs(open) do
    local fits = exchange.conversation == nil or exchange.conversation == delta.conversation
    if exchange.client_id == client_id and not exchange.chat and exchange.action == delta.action and fits then
      return exchange
    end
  end
end

local LEVELS = { failed = vim.log.levels.ERROR, offered = vim.log.levels.WARN }

local function ended(delta, exchange)
  local place = conversation.get(delta.conversation)
  conversation.open(place)
  close(exchange)
  -- An edit that was not made can be read; for prose the window is there already.
  if delta.outcome == 'offered' then
    show(delta.conversation)
  end
  local message = delta.message or (delta.outcome == 'unchanged' and 'the model gave back the same text')
  if message then
    client.say(message, LEVELS[delta.outcome])
  end
end

--- The handler of `codestral/chatDelta`.
local function on_delta(_, delta, context)
  local exchange = exchange_of(delta, context.client_id)
  if not exchange then
    return
  end
  exchange.chat, exchange.conversation = delta.chat, delta.conversation
  conversation.append(conversation.get(delta.conversation), delta.text or '')
  if delta.kind == 'begin' and PROSE[exchange.action] then
    show(delta.conversation)
  elseif delta.kind == 'end' then
    ended(delta, exchange)
  end
end

--- The client's side of the command that code actions carry.
---@param command lsp.Command
---@param context table
local function on_command(command, context)
  local from = vim.lsp.get_client_by_id(context.client_id)
  local argument = command.arguments and command.arguments[1]
  if from and argument then
    M.ask(from, argument)
  end
end

---@param group integer
function M.start(group)
  vim.lsp.handlers['codestral/chatDelta'] = on_delta
  vim.lsp.commands[M.COMMAND] = on_command
  -- Each buffer is let go of before the client itself is, and a single one may be.
  vim.api.nvim_create_autocmd('LspDetach', { group = group, callback = vim.schedule_wrap(end_orphans) })
end

return M
