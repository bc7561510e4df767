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

/** Texts that name no program, no file and no address, so that a workspace that is trusted may set them. */
const HARMLESS_TEXT = [
  "chat.model",
  "chat.stop",
  "chat.systemPrompt",
  "completion.stop",
  "endpoint.fimTemplate",
  "endpoint.model",
  "languages.*.stop",
  "privacy.exclude",
];

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: unknown;
  readonly $ref?: string;
}

/** The paths in a schema at which any text may stand, however deep. */
function freeTexts(schema: Schema, path: string): string[] {
  assert.ok(!schema.$ref, `${path}: this test does not follow references`);
  if (schema.const !== undefined || schema.enum !== undefined) return [];
  const inner = (name: string): string => (path ? `${path}.${name}` : name);
  const more = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  return [
    ...([schema.type].flat().includes("string") ? [path] : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) => freeTexts(each, inner(name))),
    ...(more ? freeTexts(more, inner("*")) : []),
    ...[...(schema.items ? [schema.items] : []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((each) => freeTexts(each, path)),
  ];
}

function isMachine(name: string): boolean {
  return contributed[name]?.scope === "machine";
}

test("a workspace decides neither where code and key go nor what is run, read or written", () => {
  for (const name of ["endpoint.headers", "endpoint.fallbacks", "endpoint.allowHttp", "endpoint.url", "log.file", "server.path"]) {
    assert.ok(isMachine(`codestral.${name}`), name);
  }
});

test("every setting with a free text in it is the user's alone, or known to do no harm", () => {
  const found = [...new Set(freeTexts(schema as Schema, ""))];
  const isUsers = (path: string): boolean =>
    Object.keys(contributed).some((name) => isMachine(name) && `codestral.${path}.`.startsWith(`${name}.`));
  assert.deepEqual(found.filter((path) => !isUsers(path)).sort(), HARMLESS_TEXT);
  assert.ok(found.includes("endpoint.headers.*.command") && found.includes("endpoint.fallbacks.headers.*.file"), "all depths");
});

test("what names a program, a file or an address is found at any depth of a schema", () => {
  const text = { type: "string" };
  const command = { type: "array", items: text };
  const table = (properties: object): object => ({ type: "object", properties });
  const made = {
    ...table({
      is: table({
        plain: text,
        inList: { type: "array", items: table({ apiKeyCommand: command }) },
        inMap: { type: "object", additionalProperties: table({ file: { type: ["string", "null"] } }) },
        inChoice: { anyOf: [{ type: "null" }, table({ proxyUrl: text })] },
        byReference: { type: "array", items: { $ref: "#/$defs/circle" } },
        allowHttp: { type: "boolean" },
      }),
      not: table({ model: text, maxFileBytes: { type: "integer" }, temporaryFiles: { type: "boolean" } }),
    }),
    $defs: { circle: table({ caFile: text, again: { $ref: "#/$defs/circle" } }) },
  };
  const { properties } = configuration(made);
  const machine = Object.keys(properties).filter((name) => properties[name]?.scope === "machine");
  const names = ["server.path", "is.inList", "is.inMap", "is.inChoice", "is.byReference", "is.allowHttp"];
  assert.deepEqual(machine, names.map((name) => `codestral.${name}`));
});

test("an untrusted workspace decides nothing: what is not the user's alone is restricted", () => {
  const rest = Object.keys(contributed).filter((name) => !isMachine(name));
  assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, rest, "run `npm run settings`");
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
