// What the server gives a runsheet to read states by; tests/runbooks/sheet/test_table.py holds it to what pages send.
import { readFileSync } from "node:fs";

export const { table, looks } = JSON.parse(readFileSync(new URL("./runsheet-table.json", import.meta.url), "utf8"));

const quoted = (value) => JSON.stringify(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;");

export const attributes = `data-table="${quoted(table)}" data-looks="${quoted(looks)}"`;
