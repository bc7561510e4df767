// What stands around the editor: the fake endpoints, code-server, the files that are edited.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The longest wait for anything, in milliseconds: a loaded machine is slow, a broken thing never comes. */
export const LIMIT = 20_000;

/** Waits until `look` gives something true, and returns it. The error says what was seen last. */
export async function until(what, look, limit = LIMIT) {
  const end = Date.now() + limit;
  let seen;
  for (;;) {
    seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`${what}: not within ${limit} ms`);
    await sleep(50);
  }
}

/** A fake endpoint of tests/support, as a process. */
export class Endpoint {
  static async start(...args) {
    const child = spawn(process.env.FAKE_ENDPOINT, args, { stdio: ["ignore", "pipe", "inherit"] });
    const url = await new Promise((resolve, reject) => {
      child.stdout.once("data", (line) => resolve(String(line).trim()));
      child.once("exit", (code) => reject(new Error(`the fake endpoint ended with ${code}`)));
    });
    return Object.assign(new Endpoint(), { child, url });
  }

  async stats() {
    return (await fetch(`${this.url}/__stats`)).json();
  }

  stop() {
    this.child.kill();
  }
}

/** The folder that is edited in. */
export class Workspace {
  constructor(path) {
    this.path = path;
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
  }

  write(name, text) {
    writeFileSync(join(this.path, name), text);
  }

  read(name) {
    return readFileSync(join(this.path, name), "utf8");
  }
}

/** code-server, with directories of its own for everything. */
export class CodeServer {
  constructor(work) {
    this.tools = process.env.VSCODE_TOOLS;
    this.data = join(work, "user-data");
    this.extensions = join(work, "extensions");
    this.home = join(work, "home");
    this.work = work;
    this.bin = join(work, "bin");
    for (const folder of [this.data, this.extensions, this.home, this.bin]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    }
  }

  /** Puts the server on PATH, and these lines into its settings file. */
  provide(server, config) {
    // VS Code takes the environment of a login shell, whose profile may set PATH anew.
    writeFileSync(join(this.home, ".profile"), `PATH="${this.bin}:$PATH"\n`);
    symlinkSync(server, join(this.bin, "codestral-ls"));
    mkdirSync(join(this.home, "config/codestral-ls"), { recursive: true });
    writeFileSync(join(this.home, "config/codestral-ls/config.toml"), config);
  }

  /** Runs its command line to the end; its output. */
  async run(...args) {
    const child = this.spawn(args, ["ignore", "pipe", "pipe"]);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`code-server ${args.join(" ")} ended with ${code}:\n${said}`);
    return said;
  }

  /** Serves a folder; its address in `url`. */
  async serve(folder) {
    const port = await freePort();
    const log = createWriteStream(join(this.work, "code-server.log"));
    // A group of its own, since it starts children that must end with it.
    this.child = this.spawn(
      ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check",
        "--disable-workspace-trust", "--disable-getting-started-override", folder],
      ["ignore", "pipe", "pipe"],
      true,
    );
    for (const stream of [this.child.stdout, this.child.stderr]) stream.pipe(log, { end: false });
    this.url = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`;
    await until("code-server answers", () => fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.ok, () => false), 60_000);
  }

  /** Writes the person's settings; machine-scoped ones are read from the machine's file when VS Code is remote, as here. */
  settings(settings) {
    for (const place of ["User", "Machine"]) {
      mkdirSync(join(this.data, place), { recursive: true });
      writeFileSync(join(this.data, place, "settings.json"), JSON.stringify(settings, null, 2));
    }
  }

  stop() {
    try {
      if (this.child) process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  spawn(args, stdio, detached = false) {
    const entry = join(this.tools, "cs/node_modules/code-server/out/node/entry.js");
    const keep = Object.fromEntries(["PATH", "LANG", "LD_LIBRARY_PATH"].map((name) => [name, process.env[name] ?? ""]));
    const homes = ["CONFIG", "DATA", "STATE", "CACHE"].map((kind) => [`XDG_${kind}_HOME`, join(this.home, kind.toLowerCase())]);
    const env = { ...keep, ...Object.fromEntries(homes), HOME: this.home, SHELL: "/bin/sh" };
    const own = ["--user-data-dir", this.data, "--extensions-dir", this.extensions];
    return spawn(process.execPath, [entry, ...own, ...args], { stdio, detached, env });
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
