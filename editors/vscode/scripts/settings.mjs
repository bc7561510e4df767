// Writes the settings that package.json contributes from the schema the server generates.
//
//   node scripts/settings.mjs [--check]
//
// With --check it writes nothing and fails where package.json is behind the schema.
import { readFileSync, writeFileSync } from "node:fs";
import { configuration, restricted } from "./configuration.mjs";

const SCHEMA = new URL("../../settings.schema.json", import.meta.url);
const PACKAGE = new URL("../package.json", import.meta.url);

const manifest = JSON.parse(readFileSync(PACKAGE, "utf8"));
const before = JSON.stringify(manifest);
manifest.contributes.configuration = configuration(JSON.parse(readFileSync(SCHEMA, "utf8")));
manifest.capabilities.untrustedWorkspaces.restrictedConfigurations = restricted(manifest.contributes.configuration);
if (process.argv.includes("--check")) {
  if (JSON.stringify(manifest) !== before) {
    console.error("package.json is behind editors/settings.schema.json: run `npm run settings` in editors/vscode.");
    process.exit(1);
  }
} else {
  writeFileSync(PACKAGE, `${JSON.stringify(manifest, null, 2)}\n`);
}
