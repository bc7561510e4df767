// The settings that package.json contributes, made from the schema the server generates.

// What a workspace must not decide, since it says where code and key go, which programs run and which files are
// written: VS Code takes these from the user alone.
const MACHINE = /^(endpoint|chat)\.(url|apiKey.*|caFile)$|^log\.file$/;

// The extension's own; the server is not told.
const OWN = {
  "codestral.server.path": {
    type: "string",
    default: "",
    scope: "machine",
    order: 0,
    markdownDescription:
      "The server's binary. Empty: the one in the extension's folder `server`, else `codestral-ls` on `PATH`. `~` is your home directory.",
  },
};

/** `contributes.configuration` of a schema. */
export function configuration(schema) {
  const properties = { ...OWN };
  for (const [name, leaf] of leaves("", schema)) {
    properties[`codestral.${name}`] = { ...setting(leaf), ...(MACHINE.test(name) ? { scope: "machine" } : {}) };
  }
  return { title: "Codestral", properties };
}

function leaves(prefix, schema) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    inner.properties ? leaves(`${prefix}${name}.`, inner) : [[prefix + name, inner]],
  );
}

function setting({ description, oneOf, ...rest }) {
  const shown = { ...rest, markdownDescription: description };
  if (oneOf?.every((choice) => "const" in choice)) {
    shown.type = "string";
    shown.enum = oneOf.map((choice) => choice.const);
    shown.markdownEnumDescriptions = oneOf.map((choice) => choice.description ?? "");
  } else if (oneOf) {
    shown.oneOf = oneOf;
  }
  // The settings page needs to know the types even where it leaves the editing to JSON.
  if (shown.anyOf && !shown.type) shown.type = [...new Set(shown.anyOf.flatMap((choice) => choice.type))];
  return shown;
}
