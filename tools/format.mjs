// Format templates, style sheets and elements; with --check only name those that are not formatted.
// Configured here and nowhere else: the four packages are WebAssembly, so nothing depends on the machine.
import { createContext } from "@dprint/formatter";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const FILES = ["src/*.html", "*.css", "*.js", "*.mjs"];
const MOST_PASSES = 4;

/** @param {string} name */
const plugin = (name) => readFileSync(new URL(`../node_modules/${name}/plugin.wasm`, import.meta.url));

const context = createContext({ lineWidth: 120, indentWidth: 2, newLineKind: "lf" });
context.addPlugin(plugin("dprint-plugin-markup"), { doctypeKeywordCase: "lower" });
context.addPlugin(plugin("dprint-plugin-malva"), { singleLineBlockThreshold: 3 });
context.addPlugin(plugin("@dprint/typescript"), { quoteStyle: "preferDouble" });

/** Everything that is, or is about to be, in the repository: what is built or copied is ignored by git. */
function listed() {
  const command = ["ls-files", "--cached", "--others", "--exclude-standard", ...FILES];
  return execFileSync("git", command, { encoding: "utf8" }).split("\n").filter((name) => name && existsSync(name));
}

/** A pass may make room for the next one, so it is repeated until nothing moves. @param {string} name @param {string} text */
function formatted(name, text) {
  const filePath = name.replace(/\.html$/, ".jinja"); // only this ending says that there is Jinja in it
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const next = context.formatText({ filePath, fileText: text });
    if (next === text) return text;
    text = next;
  }
  throw new Error("does not come to rest");
}

for (const name of listed()) {
  try {
    const before = readFileSync(name, "utf8");
    const after = formatted(name, before);
    if (after === before) continue;
    if (process.argv.includes("--check")) {
      console.log(`${name}: not formatted`);
      process.exitCode = 1;
    } else writeFileSync(name, after);
  } catch (problem) {
    console.log(`${name}: ${problem instanceof Error ? problem.message : problem}`);
    process.exitCode = 1;
  }
}
