// The keyboard on a runsheet: walk over the rows and act on them.
import { announce, typing } from "../../web/static/elements/core.js";
import { rowOf } from "./sheet-rows.js";

export class SheetKeys {
  /** The row in the tab order. @type {HTMLElement | null} */
  current = null;

  /** @param {import("./cw-runsheet.js").CwRunsheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
  }

  /** @param {HTMLElement | null} row */
  rove(row) {
    if (!row || row === this.current) return;
    this.current?.setAttribute("tabindex", "-1");
    row.setAttribute("tabindex", "0");
    this.current = row;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const inside = this.sheet.contains(/** @type {Node} */ (event.target));
    if (document.documentElement.dataset.keys === "off" && !inside) return;
    const on = event.target instanceof Element && event.target.matches("button, a, summary")
      ? null
      : rowOf(event.target);
    const deed = this.#deed(event.key, on);
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  /** @param {string} key @param {HTMLElement | null} row @returns {(() => void) | null} */
  #deed(key, row) {
    if (key === "j" || (key === "ArrowDown" && row)) return () => this.#walk(1);
    if (key === "k" || (key === "ArrowUp" && row)) return () => this.#walk(-1);
    if (key === "n") return () => this.#nextStartable();
    if (!row) return null;
    if (key === " ") return () => this.#startOrFinish(row);
    if (key === "b") return () => void this.sheet.verb(row, "block");
    if (key === "Enter") return () => /** @type {HTMLElement | null} */ (row.querySelector("a[href]"))?.click();
    return null;
  }

  /** @param {HTMLElement} row */
  #startOrFinish(row) {
    if (row.hasAttribute("data-startable")) void this.sheet.verb(row, "start");
    else if (row.dataset.status === "IN_PROGRESS") void this.sheet.verb(row, "finish");
    else announce("This step can be neither started nor finished now.");
  }

  /** @param {number} step */
  #walk(step) {
    const rows = this.sheet.visible();
    const at = rows.indexOf(/** @type {HTMLElement} */ (this.current));
    const focused = this.current?.contains(document.activeElement) ?? false;
    this.#focus(rows[Math.max(0, Math.min(rows.length - 1, at < 0 || !focused ? Math.max(at, 0) : at + step))]);
  }

  #nextStartable() {
    const rows = this.sheet.visible();
    const at = rows.indexOf(/** @type {HTMLElement} */ (this.current));
    const next = [...rows.slice(at + 1), ...rows.slice(0, at + 1)].find((row) => row.hasAttribute("data-startable"));
    if (next) this.#focus(next);
    else announce("No step is startable now.");
  }

  /** @param {HTMLElement | undefined} row */
  #focus(row) {
    row?.focus();
    row?.scrollIntoView({ block: "nearest" });
  }
}
