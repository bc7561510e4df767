// Where the server is looked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { locate } from "../src/locate.js";
import type { Places } from "../src/locate.js";

const LINUX = { setting: "", extension: "/ext", path: "/usr/bin:/opt/bin", home: "/home/ada", platform: "linux" };
const WINDOWS = { setting: "", extension: "C:\\ext", path: "C:\\bin;D:\\tools", home: "C:\\Users\\ada", platform: "win32" };

function find(places: Omit<Places, "runs">, ...there: string[]): string | undefined {
  const found = locate({ ...places, runs: (path) => there.includes(path) });
  return "path" in found ? found.path : undefined;
}

function problem(places: Omit<Places, "runs">): string {
  const found = locate({ ...places, runs: () => false });
  assert.ok("problem" in found);
  return found.problem;
}

test("the one that is named goes before all others", () => {
  const places = { ...LINUX, setting: " ~/ls/codestral-ls " };
  assert.equal(find(places, "/home/ada/ls/codestral-ls", "/ext/server/codestral-ls"), "/home/ada/ls/codestral-ls");
});

test("one that is named but missing is told, and no other is run", () => {
  const places = { ...LINUX, setting: "/gone/codestral-ls" };
  assert.equal(find(places, "/usr/bin/codestral-ls"), undefined);
  assert.match(problem(places), /\/gone\/codestral-ls named by codestral\.server\.path cannot be run: name/);
});

test("a relative name is no place", () => {
  assert.equal(find({ ...LINUX, setting: "codestral-ls" }, "codestral-ls"), undefined);
});

test("the bundled one goes before PATH", () => {
  assert.equal(find(LINUX, "/usr/bin/codestral-ls", "/ext/server/codestral-ls"), "/ext/server/codestral-ls");
});

test("PATH is searched in its order", () => {
  assert.equal(find(LINUX, "/opt/bin/codestral-ls"), "/opt/bin/codestral-ls");
  assert.equal(find(LINUX, "/opt/bin/codestral-ls", "/usr/bin/codestral-ls"), "/usr/bin/codestral-ls");
});

test("a relative folder on PATH is passed over, since the workspace could fill it", () => {
  assert.equal(find({ ...LINUX, path: ".:bin::/usr/bin" }, "./codestral-ls", "bin/codestral-ls", "/codestral-ls"), undefined);
});

test("Windows has its own separators and names", () => {
  assert.equal(find(WINDOWS, "D:\\tools\\codestral-ls.exe"), "D:\\tools\\codestral-ls.exe");
  assert.equal(find(WINDOWS, "C:\\ext\\server\\codestral-ls.exe"), "C:\\ext\\server\\codestral-ls.exe");
  assert.equal(find({ ...WINDOWS, setting: "\\\\host\\share\\ls.exe" }, "\\\\host\\share\\ls.exe"), "\\\\host\\share\\ls.exe");
});

test("nowhere is one sentence with what to do", () => {
  assert.equal(problem(LINUX), "The server codestral-ls is not on PATH: install it, or name it in codestral.server.path.");
});

test("parts of Windows' PATH may stand in quotes", () => {
  const places = { ...WINDOWS, path: '"C:\\Program Files\\ls";"D:\\a;b";E:\\"my tools"' };
  for (const folder of ["C:\\Program Files\\ls", "D:\\a;b", "E:\\my tools"]) {
    assert.equal(find(places, `${folder}\\codestral-ls.exe`), `${folder}\\codestral-ls.exe`);
  }
  assert.equal(find({ ...LINUX, path: '"/usr/bin"' }, "/usr/bin/codestral-ls"), undefined);
});

test("on Windows the ending may be left away, and quotes pasted along", () => {
  for (const setting of ["D:\\ls\\codestral-ls", '"D:\\ls\\codestral-ls"', "D:\\ls\\codestral-ls.exe"]) {
    assert.equal(find({ ...WINDOWS, setting }, "D:\\ls\\codestral-ls.exe"), "D:\\ls\\codestral-ls.exe");
  }
  assert.equal(find({ ...LINUX, setting: "/opt/codestral-ls" }, "/opt/codestral-ls.exe"), undefined);
});
