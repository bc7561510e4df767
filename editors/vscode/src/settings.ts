// The settings the server is told: only those that are set, since defaults sent along would overrule `config.toml`.

/** A table of settings as JSON. */
export type Tree = Record<string, unknown>;

/** What VS Code tells of one setting; the part of `inspect` that we read. */
export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** What reads settings, as `WorkspaceConfiguration` does. */
export interface Configuration {
  get(name: string): unknown;
  inspect(name: string): Inspected | undefined;
}

const SECTION = "codestral.";

/** Settings of the extension itself. */
const OWN = "server.";

/** The names, without `codestral.`, of the settings that are the server's among all that are contributed. */
export function serverSettings(contributed: readonly string[]): string[] {
  const names = contributed.filter((name) => name.startsWith(SECTION)).map((name) => name.slice(SECTION.length));
  return names.filter((name) => !name.startsWith(OWN));
}

/** What the person or the workspace has set, as a tree of tables. */
export function explicit(names: readonly string[], configuration: Configuration): Tree {
  const tree: Tree = {};
  for (const name of names) {
    const inspected = configuration.inspect(name);
    const values = [inspected?.globalValue, inspected?.workspaceValue, inspected?.workspaceFolderValue];
    // `get` merges the scopes, and leaves out what an untrusted workspace may not set.
    if (values.some((value) => value !== undefined)) put(tree, name.split("."), configuration.get(name));
  }
  return tree;
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    tree[first] = value;
    return;
  }
  const inner = (tree[first] ??= {}) as Tree;
  put(inner, rest, value);
}
