// Where the server's binary is: named by the setting, in the extension's own folder, or on PATH.

/** What the search looks at. Paths are absolute but for what the person wrote. */
export interface Places {
  /** The setting `codestral.server.path`; empty where it is not set. */
  readonly setting: string;
  /** The extension's folder. */
  readonly extension: string;
  /** The environment's `PATH`. */
  readonly path: string;
  readonly home: string;
  /** As Node names it: `win32`, `linux`, `darwin`, … */
  readonly platform: string;
  /** Whether there is a file that may be run. */
  readonly runs: (path: string) => boolean;
}

/** The binary, or one sentence that says why there is none and what to do. */
export type Located = { readonly path: string } | { readonly problem: string };

/** The first binary that is there. One that is named but missing is a mistake to tell, not a reason to run another. */
export function locate(places: Places): Located {
  const windows = places.platform === "win32";
  const named = expand(unquoted(places.setting), places.home);
  if (named !== "") {
    // Windows leaves the ending away wherever it shows a program.
    const spellings = windows ? [named, `${named}.exe`] : [named];
    const path = isAbsolute(named, windows) ? spellings.find((spelling) => places.runs(spelling)) : undefined;
    if (path !== undefined) return { path };
    return {
      problem: `The server ${named} named by codestral.server.path cannot be run: name the whole path of codestral-ls, or clear the setting.`,
    };
  }
  const name = windows ? "codestral-ls.exe" : "codestral-ls";
  const slash = windows ? "\\" : "/";
  const folders = foldersOf(places.path, windows).filter((folder) => isAbsolute(folder, windows));
  const candidates = [`${places.extension}${slash}server`, ...folders].map((folder) => folder + slash + name);
  const path = candidates.find((candidate) => places.runs(candidate));
  if (path !== undefined) return { path };
  return { problem: "The server codestral-ls is not on PATH: install it, or name it in codestral.server.path." };
}

// On Windows a part may stand in quotes, and then hold a semicolon.
function foldersOf(path: string, windows: boolean): string[] {
  if (!windows) return path.split(":");
  return (path.match(/(?:"[^"]*"?|[^;"])+/g) ?? []).map((part) => part.replaceAll('"', "").trim());
}

function unquoted(path: string): string {
  return path.trim().replace(/^"(.*)"$/, "$1").trim();
}

function expand(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") || path.startsWith("~\\") ? home + path.slice(1) : path;
}

// A relative folder on PATH would let the opened workspace choose the program.
function isAbsolute(path: string, windows: boolean): boolean {
  return windows ? /^([A-Za-z]:[\\/]|\\\\)/.test(path) : path.startsWith("/");
}
