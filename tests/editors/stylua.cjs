// StyLua as a WebAssembly package, for where its program is not installed: checks each file named, or with --write
// formats it. Takes the options of editors/neovim/stylua.toml.
const fs = require('fs');
const path = require('path');
const stylua = require(path.resolve('target/editors/node/node_modules/@johnnymorganz/stylua'));

const toml = fs.readFileSync('editors/neovim/stylua.toml', 'utf8');
const option = (name) => toml.match(new RegExp(`^${name} = "?(\\w+)"?$`, 'm'))[1];

// Formatting takes it away, so each file needs its own.
function newConfig() {
  const config = stylua.Config.new();
  config.column_width = Number(option('column_width'));
  config.indent_type = stylua.IndentType[option('indent_type')];
  config.indent_width = Number(option('indent_width'));
  config.quote_style = stylua.QuoteStyle[option('quote_style')];
  config.call_parentheses = stylua.CallParenType[option('call_parentheses')];
  return config;
}

const files = process.argv.slice(2).filter((argument) => argument !== '--write');
for (const file of files) {
  const text = fs.readFileSync(file, 'utf8');
  const formatted = stylua.formatCode(text, newConfig(), undefined, stylua.OutputVerification.Full);
  if (formatted === text) continue;
  if (process.argv.includes('--write')) {
    fs.writeFileSync(file, formatted);
    continue;
  }
  const right = formatted.split('\n');
  const at = text.split('\n').findIndex((line, index) => line !== right[index]);
  console.error(`${file}:${at + 1}: not as stylua formats it; it would be: ${right[at]}`);
  process.exitCode = 1;
}
