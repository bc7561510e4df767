// What the server is told of the settings, and that package.json contributes what the server knows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configuration } from "../scripts/configuration.mjs";
import { explicit, serverSettings } from "../src/settings.js";
import type { Inspected } from "../src/settings.js";

interface Manifest {
  contributes: { configuration: { properties: Record<string, { scope?: string; type?: unknown }> } };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const schema: unknown = JSON.parse(readFileSync("../settings.schema.json", "utf8"));
const contributed = manifest.contributes.configuration.properties;

function told(inspected: Record<string, Inspected>, values: Record<string, unknown>): unknown {
  const names = ["completion.enabled", "completion.debounceMs", "endpoint.url", "languages"];
  return explicit(names, { get: (name) => values[name], inspect: (name) => inspected[name] });
}

test("the contributed settings are those of the schema", () => {
  assert.deepEqual(manifest.contributes.configuration, configuration(schema), "run `npm run settings`");
});

test("every setting has a type, so that the settings page can show it", () => {
  for (const [name, { type }] of Object.entries(contributed)) assert.ok(type, name);
});

test("a workspace decides neither where code and key go nor what is run or written", () => {
  const machine = Object.keys(contributed).filter((name) => contributed[name]?.scope === "machine");
  const must = ["endpoint.url", "endpoint.apiKeyFile", "endpoint.apiKeyCommand", "endpoint.caFile", "log.file", "server.path"];
  for (const name of must) assert.ok(machine.includes(`codestral.${name}`), name);
  const secret = /\.(url|apiKey\w*|caFile)$/;
  for (const name of Object.keys(contributed).filter((each) => secret.test(each))) assert.ok(machine.includes(name), name);
});

test("what an untrusted workspace may not set is contributed", () => {
  for (const name of manifest.capabilities.untrustedWorkspaces.restrictedConfigurations) assert.ok(name in contributed, name);
});

test("an untrusted workspace decides neither what is sent to whom nor what is logged", () => {
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  for (const name of ["chat.model", "chat.systemPrompt", "endpoint.model", "limits.tokensPerDay", "log.level", "privacy.exclude"]) {
    assert.ok(restricted.includes(`codestral.${name}`), name);
  }
});

test("the extension's own settings are not the server's", () => {
  assert.deepEqual(serverSettings(["codestral.server.path", "codestral.log.level"]), ["log.level"]);
});

test("defaults are not told, so that config.toml holds", () => {
  assert.deepEqual(told({}, { "completion.enabled": true, "endpoint.url": null }), {});
});

test("what is set is told as a tree, whoever set it", () => {
  const inspected = {
    "completion.enabled": { workspaceValue: false },
    "completion.debounceMs": { globalValue: 50 },
    languages: { workspaceFolderValue: {} },
  };
  const values = { "completion.enabled": false, "completion.debounceMs": 50, languages: { rust: { maxTokens: 9 } } };
  assert.deepEqual(told(inspected, values), {
    completion: { enabled: false, debounceMs: 50 },
    languages: { rust: { maxTokens: 9 } },
  });
});
