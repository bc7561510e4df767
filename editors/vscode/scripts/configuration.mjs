// The settings that package.json contributes, made from the schema the server generates.

// What a workspace must not decide, since it says where code and key go, which programs run and which files are read or
// written: VS Code takes these from the user alone, however deep in a table such a name stands.
const NAMES_PLACE = /command|api_?key|url|file|path/i;

// Leave to send without TLS is the user's to give, whether it is a list of hosts or a switch.
const LOOSENS = /http/i;

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
    properties[`codestral.${name}`] = { ...setting(leaf), ...(isUsers(name, leaf, schema) ? { scope: "machine" } : {}) };
  }
  return { title: "Codestral", properties };
}

/** The settings that are not taken from a workspace before it is trusted: all that it could set. */
export function restricted({ properties }) {
  return Object.keys(properties).filter((name) => properties[name].scope !== "machine");
}

/** Whether a setting, or anything within it, is for the user alone to decide. */
function isUsers(name, leaf, root) {
  const last = name.split(".").at(-1);
  return within(last, leaf, root, new Set()).some(
    ([each, schema]) => LOOSENS.test(each) || (NAMES_PLACE.test(each) && holdsText(schema, root, new Set())),
  );
}

/** A schema with its name, and all that stand within it with theirs; what stands in a list has the list's. */
function within(name, schema, root, seen) {
  if (typeof schema !== "object" || schema === null || seen.has(schema)) return [];
  seen.add(schema);
  const named = Object.entries({ ...schema.properties, ...schema.patternProperties });
  return [
    [name, schema],
    ...named.flatMap(([inner, each]) => within(inner, each, root, seen)),
    ...parts(schema, root).flatMap((each) => within(name, each, root, seen)),
  ];
}

/** Whether a text may stand there. A number or a switch names no place. */
function holdsText(schema, root, seen) {
  if (typeof schema !== "object" || schema === null || seen.has(schema)) return false;
  seen.add(schema);
  return [schema.type].flat().includes("string") || parts(schema, root).some((each) => holdsText(each, root, seen));
}

/** The schemas that a value, or what it holds without a name of ours, is measured by. */
function parts(schema, root) {
  const { items, prefixItems = [], additionalProperties, anyOf = [], oneOf = [], allOf = [], $ref } = schema;
  return [items, ...prefixItems, additionalProperties, ...anyOf, ...oneOf, ...allOf, $ref && referred($ref, root)];
}

function referred(reference, root) {
  const path = reference.replace(/^#\//, "").split("/");
  return path.reduce((schema, name) => schema?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], root);
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
