// <cw-runsheet>: the live run. Rows come from the server; this patches, filters and acts on them in place.
import { announce, fill, make, post, reasons } from "./core.js";
import { askReason } from "./sheet-asking.js";
import { SheetFilters } from "./sheet-filters.js";
import { Folds, giveHead } from "./sheet-folds.js";
import { SheetKeys } from "./sheet-keys.js";
import { clock, patch, rowOf, span, status } from "./sheet-rows.js";
import { SheetTable } from "./sheet-table.js";

export class CwRunsheet extends HTMLElement {
  /** @type {[string, string][]} */
  static keys = [
    ["j", "Next step"],
    ["k", "Step before"],
    ["Space", "Start or finish the step"],
    ["b", "Block the step"],
    ["n", "Next startable step"],
    ["Enter", "Open the step"],
  ];

  keyboard = new SheetKeys(this);
  filters = new SheetFilters(this);
  table = new SheetTable(this.dataset);

  connectedCallback() {
    this.ending = new AbortController();
    const signal = this.ending.signal;
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    this.table = new SheetTable(this.dataset);
    this.how = { zone: this.dataset.zone ?? "UTC", day: this.dataset.day ?? "" };
    document.addEventListener("keydown", (event) => this.keyboard.press(event), { signal });
    document.addEventListener("cw:state", (event) => this.#told(/** @type {CustomEvent} */ (event).detail), { signal });
    document.addEventListener(
      "cw:connection",
      (event) => /** @type {CustomEvent} */ (event).detail.fresh && void this.catchUp(),
      { signal },
    );
    this.addEventListener("click", (event) => this.#click(event), { signal });
    this.addEventListener("focusin", (event) => this.keyboard.rove(rowOf(event.target)), { signal });
    this.addEventListener(
      "input",
      (event) => /** @type {Element} */ (event.target).matches("[data-sheet-search]") && this.filters.apply(),
      { signal },
    );
    this.addEventListener("submit", (event) => event.preventDefault(), { signal });
    queueMicrotask(() => this.#begin());
  }

  disconnectedCallback() {
    this.ending?.abort();
  }

  #begin() {
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("tr[data-step]"))) {
      this.rows?.set(row.dataset.step ?? "", row);
    }
    giveHead(this);
    this.folds = new Folds(this, this.table);
    this.keyboard.rove(this.visible()[0] ?? null);
    if (this.querySelector('[data-filter][aria-pressed="true"]:not([data-filter="all"])')) this.filters.apply();
  }

  /** @param {HTMLElement} row */
  #how(row) {
    return {
      zone: this.how?.zone ?? "UTC",
      day: this.how?.day ?? "",
      table: this.table,
      mayAct: this.dataset.state === "RUNNING" && !this.hasAttribute("data-reader")
        && (this.hasAttribute("data-pilot") || row.hasAttribute("data-mine")),
    };
  }

  // ---- what the server tells

  /** @param {any} state */
  #told(state) {
    if (state.topic === this.dataset.topic || state.run?.id === this.dataset.run) this.apply(state);
  }

  /** Everything anew, after a gap or at the beginning. */
  async catchUp() {
    const response = await fetch(this.dataset.stateUrl ?? "", {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    }).catch(() => null);
    if (response?.ok && (response.headers.get("content-type") ?? "").startsWith("application/json")) {
      this.apply(await response.json());
    }
  }

  /**
   * Patch rows and figures in place; order, scroll and filters stay until somebody asks.
   * @param {{run?: any, steps?: Record<string, import("./sheet-rows.js").StepFields>}} state
   */
  apply(state) {
    const phases = new Set();
    for (const [id, step] of Object.entries(state.steps ?? {})) {
      const row = this.rows?.get(id);
      if (!row || row.classList.contains("waiting")) continue;
      if (patch(row, step, this.#how(row))) {
        this.#flash(row);
        phases.add(row.dataset.phaseOf ?? "");
      }
    }
    for (const phase of phases) this.#countPhase(phase);
    if (state.run) this.#figures(state.run);
  }

  /** @param {HTMLElement} row */
  #flash(row) {
    row.classList.remove("changed");
    void row.offsetWidth;
    row.classList.add("changed");
  }

  /** @param {string} phase */
  #countPhase(phase) {
    const head = phase ? this.querySelector(`[data-phase="${CSS.escape(phase)}"]`) : null;
    if (!head) return;
    const states = [...(this.rows?.values() ?? [])]
      .filter((row) => row.dataset.phaseOf === phase)
      .map((row) => row.dataset.status);
    /** @param {string} name @param {"done" | "counted"} claim */
    const write = (name, claim) => {
      const cell = head.querySelector(`[${name}]`);
      if (cell) cell.textContent = String(states.filter((state) => this.table.is(state, claim)).length);
    };
    write("data-phase-done", "done");
    write("data-phase-total", "counted");
  }

  /** Only a run that is on has buttons. @param {string} state */
  #switch(state) {
    if (this.dataset.state === state) return;
    this.dataset.state = state;
    for (const row of this.rows?.values() ?? []) patch(row, {}, this.#how(row));
  }

  /** @param {any} run */
  #figures(run) {
    if (run.status) this.#switch(run.status);
    for (const [name, count] of Object.entries(run.counters ?? {})) {
      for (const each of document.querySelectorAll(`[data-counter="${CSS.escape(name)}"]`)) {
        each.textContent = String(count);
      }
    }
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-run-cell]"))) {
      const name = cell.dataset.runCell ?? "";
      if (!(name in run)) continue;
      const value = run[name];
      if (cell instanceof HTMLProgressElement) cell.value = Number(value);
      else if (name === "status" && cell.dataset.value !== String(value)) {
        cell.dataset.value = String(value);
        cell.dispatchEvent(new Event("cw:changed", { bubbles: true })); // the part of the page around it is drawn anew
      } else if (name === "status") continue;
      else if (name.endsWith("_minutes")) cell.textContent = value === null ? "" : span(value);
      else if (/_(end|start|at)$/.test(name)) {
        cell.textContent = clock(value, this.how?.zone ?? "UTC", this.how?.day ?? "");
      } else cell.textContent = value === null ? "" : String(value);
    }
  }

  // ---- acting

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const filter = target.closest("[data-filter]");
    if (filter) return this.filters.toggle(filter);
    const button = target.closest("[data-verb]");
    const row = rowOf(button);
    if (!button || !row) return undefined;
    event.preventDefault();
    return void this.verb(row, button.getAttribute("data-verb") ?? "");
  }

  visible() {
    return [...(this.rows?.values() ?? [])].filter((row) => !row.hidden && !this.folds?.hides(row));
  }

  /**
   * Draw the verb at once, ask the server, and take it back with the reasons when it is refused.
   * @param {HTMLElement} row
   * @param {string} verb
   */
  async verb(row, verb) {
    if (row.classList.contains("waiting")) return;
    const reason = await askReason(row, verb);
    if (reason === null) return;
    this.#forget(row);
    const cell = row.querySelector('[data-cell="status"]');
    const before = { status: row.dataset.status ?? "", cell: [...(cell?.childNodes ?? [])] };
    row.classList.add("waiting");
    const next = this.table.moves[verb];
    if (next) {
      row.dataset.status = next;
      cell?.replaceChildren(status(next, this.table));
    }
    const url = fill(this.dataset.verbUrl ?? "", { code: row.dataset.code ?? "", verb });
    const fields = { revision: row.dataset.revision ?? "", ...(reason ? { reason } : {}) };
    const { data, refusal } = await post(url, fields);
    row.classList.remove("waiting");
    if (refusal) {
      row.dataset.status = before.status;
      cell?.replaceChildren(...before.cell);
      this.#refused(row, refusal);
      if (refusal.status === 409) void this.catchUp();
      return;
    }
    const focused = row.contains(document.activeElement);
    if (data.step) {
      patch(row, data.step, this.#how(row));
      this.#countPhase(row.dataset.phaseOf ?? "");
    }
    if (data.steps || data.run) this.apply({ steps: data.steps, run: data.run });
    if (focused || document.activeElement === document.body) row.focus();
    announce(`${row.dataset.code} ${cell?.textContent?.trim() ?? ""}`);
  }

  /** @param {HTMLElement} row @param {import("./core.js").Refusal} refusal */
  #refused(row, refusal) {
    const cell = make("td", { colspan: String(row.children.length) }, reasons(refusal, "Not done"));
    row.after(make("tr", { class: "row-refusal", role: "alert" }, cell));
  }

  /** @param {HTMLElement} row */
  #forget(row) {
    if (row.nextElementSibling?.classList.contains("row-refusal")) row.nextElementSibling.remove();
  }
}

if (!customElements.get("cw-runsheet")) customElements.define("cw-runsheet", CwRunsheet);
