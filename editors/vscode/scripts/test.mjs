// Runs the unit tests of the parts that need no VS Code, with Node's own runner.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const sources = readdirSync("test").filter((name) => name.endsWith(".test.ts")).map((name) => join("test", name));
rmSync("out/test", { recursive: true, force: true });
await build({
  entryPoints: sources,
  outdir: "out/test",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  // A test that reaches for it tests no pure part, and fails when it is loaded.
  external: ["vscode"],
  sourcemap: "inline",
  logLevel: "warning",
});
const tests = readdirSync("out/test").map((name) => join("out/test", name));
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...tests], { stdio: "inherit" });
process.exit(run.status ?? 1);
