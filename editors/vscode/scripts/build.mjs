// Bundles the extension into dist/extension.js, so that the package holds one file and not four hundred.
import { build, context } from "esbuild";

const watch = process.argv.includes("--watch");

const options = {
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  // VS Code 1.91, the oldest that is supported, runs extensions on Node 20.
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  minify: !watch,
  sourcemap: watch,
  legalComments: "inline",
  logLevel: "info",
};

if (watch) await (await context(options)).watch();
else await build(options);
