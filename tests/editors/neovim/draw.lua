-- Draws the buffer as the person sees it: `|` is the cursor, `⟦ ⟧` what is not in the text.
local marks = {}
for _, name in ipairs({ 'nvim.lsp.inline_completion', 'codestral.ghost_text' }) do
  local space = vim.api.nvim_create_namespace(name)
  vim.list_extend(marks, vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true }))
end
local function ghost(chunks)
  local text = ''
  for _, chunk in ipairs(chunks or {}) do text = text .. chunk[1] end
  return '⟦' .. text .. '⟧'
end
local cursor = vim.api.nvim_win_get_cursor(0)
local out = {}
for at, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
  local inserts = {}
  if at == cursor[1] then table.insert(inserts, { cursor[2], '|' }) end
  for _, mark in ipairs(marks) do
    if mark[2] == at - 1 and ghost(mark[4].virt_text) ~= '⟦⟧' then
      table.insert(inserts, { mark[3], ghost(mark[4].virt_text) })
    end
  end
  for i = #inserts, 1, -1 do
    line = line:sub(1, inserts[i][1]) .. inserts[i][2] .. line:sub(inserts[i][1] + 1)
  end
  table.insert(out, line)
  for _, mark in ipairs(marks) do
    if mark[2] == at - 1 then
      for _, virtual in ipairs(mark[4].virt_lines or {}) do table.insert(out, ghost(virtual)) end
    end
  end
end
return table.concat(out, '\n')
