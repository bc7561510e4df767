// The server as a process: found, and started with the key in its environment.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { locate } from "./locate.js";
import type { Located } from "./locate.js";

/** How long a process that has closed its pipes may take to be gone, in milliseconds. */
const MOMENT = 1000;

/** Looks for the binary. */
export function find(extension: vscode.Uri): Located {
  return locate({
    setting: vscode.workspace.getConfiguration("codestral").get("server.path", ""),
    extension: extension.fsPath,
    path: process.env["PATH"] ?? "",
    home: homedir(),
    platform: process.platform,
    runs,
  });
}

/** Starts the binary. Rejects where the system will not run it. */
export function launch(path: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, ["--stdio"], { env, stdio: "pipe", windowsHide: true });
    child.once("error", reject);
    child.once("spawn", () => {
      resolve(child);
    });
  });
}

/** Whether a process is gone, or is so in a moment. */
export async function ends(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true;
  return Promise.race([once(child, "exit").then(() => true), sleep(MOMENT, false)]);
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
