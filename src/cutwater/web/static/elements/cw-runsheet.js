// <cw-runsheet>: the live run. Rows come from the server; this patches, filters and acts on them in place.
import { announce, fill, make, post, reasons, typing } from "./core.js";
import { Folds, giveHead } from "./sheet-folds.js";
import { clock, DONE, patch, span, status } from "./sheet-rows.js";

const NEXT = /** @type {Record<string, string>} */ ({
  start: "IN_PROGRESS",
  finish: "COMPLETED",
  block: "BLOCKED",
  skip: "SKIPPED",
  hold: "ON_HOLD",
});
const ASKS_WHY = /** @type {Record<string, string>} */ ({
  block: "What blocks it?",
  skip: "Why is it skipped?",
  hold: "Why is it on hold?",
  reopen: "Why is it reopened?",
});

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

  /** @type {HTMLElement | null} */
  current = null;

  connectedCallback() {
    this.ending = new AbortController();
    const signal = this.ending.signal;
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    this.how = { zone: this.dataset.zone ?? "UTC", day: this.dataset.day ?? "", mayAct: false };
    document.addEventListener("keydown", (event) => this.#press(event), { signal });
    document.addEventListener("cw:state", (event) => this.#told(/** @type {CustomEvent} */ (event).detail), { signal });
    document.addEventListener(
      "cw:connection",
      (event) => /** @type {CustomEvent} */ (event).detail.fresh && void this.catchUp(),
      { signal },
    );
    this.addEventListener("click", (event) => this.#click(event), { signal });
    this.addEventListener("focusin", (event) => this.#rove(this.#rowOf(event.target)), { signal });
    this.addEventListener(
      "input",
      (event) => /** @type {Element} */ (event.target).matches("[data-sheet-search]") && this.filter(),
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
    this.folds = new Folds(this);
    this.#rove(this.#visible()[0] ?? null);
    if (this.querySelector('[data-filter][aria-pressed="true"]:not([data-filter="all"])')) this.filter();
  }

  /** @param {EventTarget | null} target @returns {HTMLElement | null} */
  #rowOf(target) {
    return target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("tr[data-step]")) : null;
  }

  /** @param {HTMLElement | null} row */
  #rove(row) {
    if (!row || row === this.current) return;
    this.current?.setAttribute("tabindex", "-1");
    row.setAttribute("tabindex", "0");
    this.current = row;
  }

  /** @param {HTMLElement} row */
  #how(row) {
    return {
      zone: this.how?.zone ?? "UTC",
      day: this.how?.day ?? "",
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
    const head = phase ? this.querySelector(`[data-phase="${CSS.escape(phase)}"] [data-phase-done]`) : null;
    if (!head) return;
    let done = 0;
    for (const row of this.rows?.values() ?? []) {
      if (row.dataset.phaseOf === phase && DONE.has(row.dataset.status ?? "")) done += 1;
    }
    head.textContent = String(done);
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

  // ---- filters

  /** Show the rows that every pressed filter and the search let through. */
  filter() {
    const pressed = [...this.querySelectorAll('[data-filter][aria-pressed="true"]')].map((each) =>
      each.getAttribute("data-filter") ?? ""
    ).filter((name) => name !== "all");
    const search =
      /** @type {HTMLInputElement | null} */ (this.querySelector("[data-sheet-search]"))?.value.trim().toLowerCase()
        ?? "";
    if (pressed.length || search) this.folds?.open();
    let shown = 0;
    for (const row of this.rows?.values() ?? []) {
      row.hidden = !(pressed.every((name) =>
        this.#passes(row, name)
      ) && (!search || (row.textContent ?? "").toLowerCase().includes(search)));
      if (!row.hidden) shown += 1;
    }
    for (const section of this.querySelectorAll(".sheet-section")) {
      section.classList.toggle("none", !section.querySelector("tr[data-step]:not([hidden])"));
    }
    announce(`${shown} steps shown`);
    this.toggleAttribute("data-none", shown === 0);
  }

  /** @param {HTMLElement} row @param {string} name */
  #passes(row, name) {
    if (name === "startable") return row.hasAttribute("data-startable");
    if (name === "mine") return row.hasAttribute("data-mine");
    if (name === "late") return row.hasAttribute("data-late");
    if (name === "critical") return row.hasAttribute("data-critical");
    if (name === "running") return row.dataset.status === "IN_PROGRESS";
    if (name === "blocked") return row.dataset.status === "BLOCKED" || row.dataset.status === "FAILED";
    if (name === "done") return DONE.has(row.dataset.status ?? "");
    return true;
  }

  /** @param {Element} button */
  #toggle(button) {
    const name = button.getAttribute("data-filter");
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const each of this.querySelectorAll("[data-filter]")) {
      const own = each.getAttribute("data-filter");
      if (own === name) each.setAttribute("aria-pressed", String(on || name === "all"));
      else if (name === "all" || own === "all") each.setAttribute("aria-pressed", "false");
    }
    const any = this.querySelector('[data-filter][aria-pressed="true"]');
    if (!any) this.querySelector('[data-filter="all"]')?.setAttribute("aria-pressed", "true");
    this.filter();
  }

  // ---- acting

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const filter = target.closest("[data-filter]");
    if (filter) return this.#toggle(filter);
    const button = target.closest("[data-verb]");
    const row = this.#rowOf(button);
    if (!button || !row) return undefined;
    event.preventDefault();
    return void this.verb(row, button.getAttribute("data-verb") ?? "");
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const inside = this.contains(/** @type {Node} */ (event.target));
    if (document.documentElement.dataset.keys === "off" && !inside) return;
    const on = event.target instanceof Element && event.target.matches("button, a, summary")
      ? null
      : this.#rowOf(event.target);
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
    if (key === "b") return () => void this.verb(row, "block");
    if (key === "Enter") return () => /** @type {HTMLElement | null} */ (row.querySelector("a[href]"))?.click();
    return null;
  }

  /** @param {HTMLElement} row */
  #startOrFinish(row) {
    if (row.hasAttribute("data-startable")) void this.verb(row, "start");
    else if (row.dataset.status === "IN_PROGRESS") void this.verb(row, "finish");
    else announce("This step can be neither started nor finished now.");
  }

  #visible() {
    return [...(this.rows?.values() ?? [])].filter((row) => !row.hidden && !this.folds?.hides(row));
  }

  /** @param {number} step */
  #walk(step) {
    const rows = this.#visible();
    const at = rows.indexOf(/** @type {HTMLElement} */ (this.current));
    const focused = this.current?.contains(document.activeElement) ?? false;
    this.#focus(rows[Math.max(0, Math.min(rows.length - 1, at < 0 || !focused ? Math.max(at, 0) : at + step))]);
  }

  #nextStartable() {
    const rows = this.#visible();
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

  /**
   * Draw the verb at once, ask the server, and take it back with the reasons when it is refused.
   * @param {HTMLElement} row
   * @param {string} verb
   */
  async verb(row, verb) {
    if (row.classList.contains("waiting")) return;
    const reason = verb in ASKS_WHY ? await this.#ask(row, verb) : "";
    if (reason === null) return;
    this.#forget(row);
    const cell = row.querySelector('[data-cell="status"]');
    const before = { status: row.dataset.status ?? "", cell: [...(cell?.childNodes ?? [])] };
    row.classList.add("waiting");
    if (NEXT[verb]) {
      row.dataset.status = NEXT[verb];
      cell?.replaceChildren(status(NEXT[verb]));
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

  /** Ask for a reason; null when the person thinks better of it. @param {HTMLElement} row @param {string} verb @returns {Promise<string | null>} */
  #ask(row, verb) {
    const area =
      /** @type {HTMLTextAreaElement} */ (make("textarea", { rows: "3", required: "", "aria-label": ASKS_WHY[verb] }));
    const cancel = make("button", { type: "button", class: "button" }, "Cancel");
    const form = make(
      "form",
      { method: "dialog", class: "form" },
      area,
      make(
        "div",
        { class: "row" },
        make("button", { class: "button primary" }, `${verb[0].toUpperCase()}${verb.slice(1)} ${row.dataset.code}`),
        cancel,
      ),
    );
    const dialog = /** @type {HTMLDialogElement} */ (make(
      "dialog",
      { class: "dialog", "aria-label": ASKS_WHY[verb] },
      make("header", {}, make("h2", {}, ASKS_WHY[verb])),
      form,
    ));
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      cancel.addEventListener("click", () => dialog.close("cancelled"));
      form.addEventListener("submit", () => dialog.close(area.value.trim()));
      dialog.addEventListener("close", () => {
        const said = dialog.returnValue;
        dialog.remove();
        row.focus();
        resolve(said === "cancelled" || said === "" ? null : said);
      });
    });
  }
}

if (!customElements.get("cw-runsheet")) customElements.define("cw-runsheet", CwRunsheet);
