---@brief
---
--- Inline completions and chat from Mistral's Codestral, by one small native server. Without a key, suggestions come
--- from an engine inside the server, and nothing is sent.
---
--- Install `codestral-ls`, put the key into the environment Neovim starts from, and let `codestral-ls check` tell whether
--- all works:
--- ```sh
--- cargo install --locked --path .   # in a clone of the server
--- export MISTRAL_API_KEY=...
--- codestral-ls check
--- ```
---
--- Neovim 0.12 shows the suggestions, see |lsp-inline_completion|:
--- ```lua
--- vim.lsp.enable('codestral_ls')
--- vim.lsp.inline_completion.enable()
--- vim.keymap.set('i', '<Tab>', function()
---   if not vim.lsp.inline_completion.get() then
---     return '<Tab>'
---   end
--- end, { expr = true, desc = 'Accept the suggestion' })
--- ```
---
--- The server's settings go into `settings = { codestral = { ... } }`.
---
--- There is no list of file types: the server completes in all of them, but in none that its settings leave out.

---@type vim.lsp.Config
return {
  cmd = { 'codestral-ls' },
  root_markers = { '.git' },
}
