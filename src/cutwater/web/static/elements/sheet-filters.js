// The filters of a runsheet: chips and a search, which together say which rows are shown.
import { announce } from "./core.js";

export class SheetFilters {
  /** @param {import("./cw-runsheet.js").CwRunsheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
  }

  /** Show the rows that every pressed filter and the search let through. */
  apply() {
    const on = [...this.sheet.querySelectorAll('[data-filter][aria-pressed="true"]')];
    const pressed = on.map((each) => each.getAttribute("data-filter") ?? "").filter((name) => name !== "all");
    const field = /** @type {HTMLInputElement | null} */ (this.sheet.querySelector("[data-sheet-search]"));
    const search = field?.value.trim().toLowerCase() ?? "";
    if (pressed.length || search) this.sheet.folds?.open();
    let shown = 0;
    for (const row of this.sheet.rows?.values() ?? []) {
      const found = !search || (row.textContent ?? "").toLowerCase().includes(search);
      row.hidden = !(found && pressed.every((name) => this.sheet.table.shows(name, row)));
      if (!row.hidden) shown += 1;
    }
    for (const section of this.sheet.querySelectorAll(".sheet-section")) {
      section.classList.toggle("none", !section.querySelector("tr[data-step]:not([hidden])"));
    }
    announce(`${shown} steps shown`);
    this.sheet.toggleAttribute("data-none", shown === 0);
  }

  /** @param {Element} button */
  toggle(button) {
    const name = button.getAttribute("data-filter");
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const each of this.sheet.querySelectorAll("[data-filter]")) {
      const own = each.getAttribute("data-filter");
      if (own === name) each.setAttribute("aria-pressed", String(on || name === "all"));
      else if (name === "all" || own === "all") each.setAttribute("aria-pressed", "false");
    }
    const any = this.sheet.querySelector('[data-filter][aria-pressed="true"]');
    if (!any) this.sheet.querySelector('[data-filter="all"]')?.setAttribute("aria-pressed", "true");
    this.apply();
  }
}
