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
  const named = expand(places.setting.trim(), places.home);
  if (named !== "") {
    if (isAbsolute(named, windows) && places.runs(named)) return { path: named };
    return {
      problem: `The server ${named} named by codestral.server.path cannot be run: name the whole path of codestral-ls, or clear the setting.`,
    };
  }
  const name = windows ? "codestral-ls.exe" : "codestral-ls";
  const slash = windows ? "\\" : "/";
  const folders = places.path.split(windows ? ";" : ":").filter((folder) => isAbsolute(folder, windows));
  const candidates = [`${places.extension}${slash}server`, ...folders].map((folder) => folder + slash + name);
  const path = candidates.find((candidate) => places.runs(candidate));
  if (path !== undefined) return { path };
  return { problem: "The server codestral-ls is not on PATH: install it, or name it in codestral.server.path." };
}

function expand(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") || path.startsWith("~\\") ? home + path.slice(1) : path;
}

// A relative folder on PATH would let the opened workspace choose the program.
function isAbsolute(path: string, windows: boolean): boolean {
  return windows ? /^([A-Za-z]:[\\/]|\\\\)/.test(path) : path.startsWith("/");
}
