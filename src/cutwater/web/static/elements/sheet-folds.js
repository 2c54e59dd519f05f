// The head of a runsheet, and phases that are done folded away so that the first screen shows what is next.
import { icon, make } from "./core.js";
import { DONE } from "./sheet-rows.js";

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
  /** @param {HTMLElement} sheet */
  constructor(sheet) {
    /** @type {Phase[]} */
    this.phases = [];
    for (const section of sheet.querySelectorAll(".sheet-section")) {
      const head = section.querySelector(".sheet-phase");
      const part = /** @type {HTMLElement | null} */ (section.querySelector("form, table"));
      if (head) this.phases.push({ head, button: this.#button(head), parts: [] });
      if (part) this.phases.at(-1)?.parts.push(part);
    }
    for (const phase of this.phases) if (this.#done(phase)) this.#set(phase, true);
  }

  /** @param {Element} head */
  #button(head) {
    const button = make("button", { type: "button", class: "icon-button fold", "aria-expanded": "true", "aria-label": `Steps of ${head.textContent?.trim().replace(/\s+/g, " ")}` }, icon("chevron-down"));
    head.prepend(button);
    head.addEventListener("click", () => {
      const phase = this.phases.find((each) => each.head === head);
      if (phase) this.#set(phase, button.getAttribute("aria-expanded") === "true");
    });
    return button;
  }

  /** @param {Phase} phase */
  #done(phase) {
    const rows = phase.parts.flatMap((part) => /** @type {HTMLElement[]} */ ([...part.querySelectorAll("tr[data-step]")]));
    return rows.length > 0 && rows.every((row) => DONE.has(row.dataset.status ?? ""));
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
  }

  /** @param {Element} row */
  hides(row) {
    return row.closest("[hidden]") !== null && !row.hasAttribute("hidden");
  }
}
