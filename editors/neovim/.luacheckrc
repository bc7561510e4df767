-- Lua as Neovim runs it: LuaJIT with one global, of which options and handlers are assigned to.
std = 'luajit'
local writable = { read_only = false, other_fields = true }
read_globals = {
  vim = {
    other_fields = true,
    fields = {
      bo = writable,
      wo = writable,
      lsp = { other_fields = true, fields = { handlers = writable, commands = writable } },
    },
  },
}
max_line_length = 125
