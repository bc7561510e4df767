// Runs the cases in one window of one VS Code, from its first start.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Editor } from "./editor.mjs";
import { FILES, KEY } from "./fixtures.mjs";
import { CodeServer, Endpoint, Workspace, until } from "./support.mjs";

const { chromium } = createRequire(join(process.env.VSCODE_TOOLS, "node_modules/"))("playwright-core");
const { WORK: work, CODESTRAL_LS: server, CHROMIUM: executablePath } = process.env;
const here = import.meta.dirname;
const words = process.argv.slice(2);

const QUIET = {
  "chat.disableAIFeatures": true,
  // The menu comes where a case asks for it, so that what it selects does not decide what ghost text is there.
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "editor.inlineSuggest.enabled": true,
  "files.autoSave": "off",
  // The folder may stand below a checkout of this project.
  "git.openRepositoryInParentFolders": "never",
  "security.workspace.trust.enabled": false,
  "window.dialogStyle": "custom",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

const SETTINGS = {
  ...QUIET,
  "codestral.server.path": server,
  // So that requests can be counted.
  "codestral.completion.prefetch": "off",
  // A loaded machine may let the first lines of a suggestion stand without the others.
  "codestral.completion.showAfterMs": 10000,
  // And it may make the endpoint late; what the embedded engine knows is not what is looked at here.
  "codestral.local.fallback": false,
};

/** The pictures of the extension's page, and what the cases are about that must all pass before one is drawn anew. */
const PICTURES = { "ghost-text.png": "ghost text", "next-edit.png": "next edit" };

const known = join(work, "known");
for (const file of Object.keys(PICTURES)) rmSync(join(work, file), { force: true });
rmSync(known, { recursive: true, force: true });
mkdirSync(known, { recursive: true });
const workspace = new Workspace(join(work, "project"));
for (const [name, { text, whole }] of Object.entries(FILES)) {
  workspace.write(name, text);
  writeFileSync(join(known, name), whole);
}

const endpoints = {};
const vscode = new CodeServer(work);
let browser;
const results = [];

/** Points the server at one of the fake endpoints, with more settings if need be, and waits until it is there. */
async function use(name, more = {}) {
  const endpoint = endpoints[name];
  const before = (await endpoint.stats()).gets;
  vscode.settings({ ...SETTINGS, "codestral.endpoint.url": endpoint.url, ...more });
  if (endpoint !== context.endpoint) await until(`the server greets ${name}`, async () => (await endpoint.stats()).gets > before);
  context.endpoint = endpoint;
  return endpoint;
}

const context = { workspace, use, endpoints, vscode, settings: SETTINGS, endpoint: undefined, work, key: KEY };

try {
  const files = Object.keys(FILES).map((name) => join(known, name));
  endpoints.knows = await Endpoint.start("--key", KEY, "--lines", "4", "--knows", ...files);
  endpoints.down = await Endpoint.start("--key", KEY, "--status", "503", "--body", '{"message":"the model rests"}');
  endpoints.prose = await Endpoint.start("--key", KEY, "--chunk-delay", "300", "--reply", "It adds `left` to `right` and gives back the sum, \nwhich may overflow.");
  endpoints.code = await Endpoint.start("--key", KEY, "--reply", "```rust\nfn half(of: u32) -> u32 {\n    of >> 1\n}\n```\n");
  endpoints.silent = await Endpoint.start("--key", KEY, "--reply", "");
  endpoints.slow = await Endpoint.start("--key", KEY, "--chunk-delay", "2000", "--reply", "One two three four five six seven eight nine ten eleven twelve.");

  // The first cases have no setting of ours in VS Code: the server is on PATH, and its own file names the endpoint.
  vscode.provide(server, `[endpoint]\nurl = "${endpoints.knows.url}"\n\n[local]\nfallback = false\n`);
  vscode.settings(QUIET);
  console.error(`== ${(await vscode.run("--version")).trim().split("\n").at(-1)}`);
  await vscode.run("--install-extension", join(here, "../../../editors/vscode/codestral-ls.vsix"));
  await vscode.serve(workspace.path);
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const log = [];
  page.on("console", (message) => log.push(message.text()));
  const editor = new Editor(page);
  await editor.load(vscode.url);

  const folder = join(here, "cases");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort()) {
    const { cases } = await import(join(folder, file));
    for (const [name, run] of Object.entries(cases)) {
      // The first file brings the key in, without which nothing else works.
      if (words.length && !file.startsWith("0") && !words.some((word) => name.includes(word))) continue;
      await runCase(editor, name, run);
    }
  }
  writeFileSync(join(work, "browser.log"), log.join("\n"));
  for (const [file, about] of Object.entries(PICTURES)) {
    const cases = results.filter(({ name }) => name.includes(about));
    const taken = join(work, file);
    if (existsSync(taken) && cases.every(({ failed }) => !failed)) copyFileSync(taken, join(here, "../../../editors/vscode", file));
  }
} finally {
  await browser?.close();
  vscode.stop();
  for (const endpoint of Object.values(endpoints)) endpoint.stop();
}

const failed = results.filter((result) => result.failed).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

async function runCase(editor, name, run) {
  const begun = Date.now();
  let problem;
  try {
    await run(editor, context);
  } catch (error) {
    problem = error;
  }
  if (problem || process.env.PICTURES) await editor.page.screenshot({ path: join(work, `${name.replaceAll(/\W+/g, "-")}.png`) });
  const took = `${((Date.now() - begun) / 1000).toFixed(1)} s`;
  results.push({ name, failed: Boolean(problem) });
  console.log(`${problem ? "FAILED" : "ok    "} ${name} (${took})`);
  if (problem) console.log(`       ${process.env.VERBOSE ? problem.stack : problem.message}`);
  for (const key of ["Escape", "Escape"]) await editor.key(key);
}
