// The server as a process: found, and started with the key in its environment.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import * as vscode from "vscode";
import { locate } from "./locate.js";
import type { Located } from "./locate.js";

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

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
