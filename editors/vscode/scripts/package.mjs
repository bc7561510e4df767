// Makes the .vsix: settings checked, bundle built, licences copied, and the server put in where one is named.
//
//   CODESTRAL_LS=../../target/release/codestral-ls npm run package -- --target linux-x64
//
// Without CODESTRAL_LS the package holds no server and looks for one on PATH. What follows `--` is for vsce.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { basename } from "node:path";

// What fails has said why; the package is then not made.
function node(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

node("scripts/settings.mjs", "--check");
node("scripts/build.mjs");
for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(`../../${name}`, name);

rmSync("server", { recursive: true, force: true });
const binary = process.env.CODESTRAL_LS;
if (binary) {
  mkdirSync("server");
  const inside = `server/${basename(binary)}`;
  copyFileSync(binary, inside);
  chmodSync(inside, 0o755);
}

node(
  "node_modules/@vscode/vsce/vsce",
  "package",
  "--no-dependencies",
  "--allow-missing-repository",
  "--no-rewrite-relative-links",
  "--skip-license",
  "--out",
  "codestral-ls.vsix",
  ...process.argv.slice(2),
);
