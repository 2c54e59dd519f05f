// The head of a runsheet, and what is done folded away so that the first screen shows what is next.
import { icon, make } from "./core.js";

const FEW = 3;

/** @typedef {{head: Element, button: HTMLElement, parts: HTMLElement[]}} Phase */

/**
 * One visible head above all sections, which stays in sight.
 * @param {HTMLElement} sheet
 */
export function giveHead(sheet) {
  const first = sheet.querySelector(".sheet thead");
  const bar = sheet.querySelector(".sheet-bar");
  if (!first || !bar || sheet.querySelector(".sheet-head")) return;
  const head = /** @type {Element} */ (first.cloneNode(true));
  head.className = "";
  const table = make("table", { class: "sheet sheet-head", "aria-hidden": "true" });
  table.append(head);
  bar.after(table);
  sheet.setAttribute("data-headed", "");
}

/** The phases of a sheet and which of them are folded. */
export class Folds {
  /** @param {HTMLElement} sheet @param {import("./sheet-table.js").SheetTable} table */
  constructor(sheet, table) {
    /** @type {import("./sheet-table.js").SheetTable} */
    this.table = table;
    /** @type {Phase[]} */
    this.phases = [];
    /** @type {((folded: boolean) => void)[]} */
    this.past = [];
    for (const section of sheet.querySelectorAll(".sheet-section")) {
      const head = section.querySelector(".sheet-phase");
      const part = /** @type {HTMLElement | null} */ (section.querySelector("form, table"));
      if (head) this.phases.push({ head, button: this.#button(head), parts: [] });
      if (part) this.phases.at(-1)?.parts.push(part);
    }
    for (const phase of this.phases) {
      if (this.#done(phase)) this.#set(phase, true);
      else this.#foldPast(phase);
    }
  }

  /** In a phase under way, the steps that ended before the first open one. @param {Phase} phase */
  #foldPast(phase) {
    const rows = this.#rows(phase);
    const past = rows.slice(0, rows.findIndex((row) => !this.table.is(row.dataset.status, "over")));
    if (past.length < FEW) return;
    const button = make(
      "button",
      { type: "button", class: "past", "aria-expanded": "false" },
      `Show ${past.length} done`,
    );
    phase.head.append(button);
    /** @param {boolean} folded */
    const fold = (folded) => {
      button.hidden = !folded;
      for (const row of past) row.classList.toggle("past", folded);
      for (const part of phase.parts) {
        part.closest(".sheet-section")?.classList.toggle("folded", !part.querySelector("tr[data-step]:not(.past)"));
      }
    };
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      fold(false);
    });
    this.past.push(fold);
    fold(true);
  }

  /** @param {Element} head */
  #button(head) {
    const button = make("button", {
      type: "button",
      class: "icon-button fold",
      "aria-expanded": "true",
      "aria-label": `Steps of ${head.textContent?.trim().replace(/\s+/g, " ")}`,
    }, icon("chevron-down"));
    head.prepend(button);
    head.addEventListener("click", () => {
      const phase = this.phases.find((each) => each.head === head);
      if (phase) this.#set(phase, button.getAttribute("aria-expanded") === "true");
    });
    return button;
  }

  /** @param {Phase} phase */
  #rows(phase) {
    return phase.parts.flatMap((part) => /** @type {HTMLElement[]} */ ([...part.querySelectorAll("tr[data-step]")]));
  }

  /** @param {Phase} phase */
  #done(phase) {
    const rows = this.#rows(phase);
    return rows.length > 0 && rows.every((row) => this.table.is(row.dataset.status, "over"));
  }

  /** Folded rows are still found by the browser's own search. @param {Phase} phase @param {boolean} folded */
  #set(phase, folded) {
    phase.button.setAttribute("aria-expanded", String(!folded));
    for (const part of phase.parts) {
      if (folded) part.setAttribute("hidden", "until-found");
      else part.removeAttribute("hidden");
      part.addEventListener("beforematch", () => this.#set(phase, false), { once: true });
      part.closest(".sheet-section")?.classList.toggle("folded", folded);
    }
  }

  /** Open everything, as a filter or a search needs it. */
  open() {
    for (const phase of this.phases) this.#set(phase, false);
    for (const fold of this.past) fold(false);
  }

  /** @param {Element} row */
  hides(row) {
    return row.classList.contains("past") || (row.closest("[hidden]") !== null && !row.hasAttribute("hidden"));
  }
}
