// <cw-palette>: go, create, act. Opens with Ctrl/⌘ K; without it the same key leads to the search page.
import { icon, make } from "./core.js";

/** @typedef {{title: string, path: string, icon?: string, key?: string, kind?: string}} Entry */

/**
 * Commands whose words begin with what was typed, best first.
 * @param {Entry[]} commands
 * @param {string} text
 */
export function matching(commands, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return commands;
  return commands.filter((each) => {
    const own = each.title.toLowerCase().split(/\s+/);
    return words.every((word) => own.some((part) => part.startsWith(word)));
  });
}

export class CwPalette extends HTMLElement {
  connectedCallback() {
    this.asked = 0;
    /** @type {Entry[]} */
    this.commands = JSON.parse(this.dataset.commands ?? "[]");
    /** @type {Entry[]} */
    this.entries = [];
  }

  /** @param {string[]} [keys] what was typed while this was being fetched */
  open(keys = []) {
    const dialog = this.#dialog();
    if (dialog.open || keys.includes("Escape")) return;
    dialog.showModal();
    const input = this.#input();
    input.value = "";
    this.#show(this.commands ?? []);
    for (const key of keys) this.#again(input, key);
  }

  /** @param {HTMLInputElement} input @param {string} key */
  #again(input, key) {
    if (key.length > 1 && key !== "Backspace") {
      input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      return;
    }
    input.value = key === "Backspace" ? input.value.slice(0, -1) : input.value + key;
    this.#typed();
  }

  #input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input"));
  }

  #dialog() {
    const known = this.querySelector("dialog");
    if (known) return known;
    const input = make("input", {
      type: "text",
      role: "combobox",
      "aria-expanded": "true",
      "aria-controls": "palette-list",
      "aria-autocomplete": "list",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "Search, go or do…",
      "aria-label": "Search, go or do",
    });
    const list = make("div", { id: "palette-list", role: "listbox", "aria-label": "Results" });
    const dialog = /** @type {HTMLDialogElement} */ (make(
      "dialog",
      { class: "palette", "aria-label": "Search and commands" },
      input,
      list,
    ));
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("keydown", (event) => this.#press(/** @type {KeyboardEvent} */ (event)));
    list.addEventListener("click", (event) => {
      const option = /** @type {Element} */ (event.target).closest("[role=option]");
      if (option) this.#go(Number(option.getAttribute("data-at")), event.ctrlKey || event.metaKey);
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    this.append(dialog);
    return dialog;
  }

  #typed() {
    const text = this.#input().value.trim();
    const own = matching(this.commands ?? [], text);
    const asked = (this.asked = (this.asked ?? 0) + 1);
    this.#show(own);
    clearTimeout(this.timer);
    if (!text) return;
    this.timer = setTimeout(async () => {
      const response = await fetch(`${this.dataset.url}?q=${encodeURIComponent(text)}`, {
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      }).catch(() => null);
      if (asked !== this.asked || !response?.ok) return;
      const body = await response.json().catch(() => []);
      const base = (this.dataset.url ?? "").replace(/\/search$/, "");
      const found = (Array.isArray(body) ? body : (body.data ?? [])).map((/** @type {any} */ each) => ({
        title: each.title,
        key: each.key,
        kind: each.kind,
        icon: each.kind === "person" ? "user" : "corner-down-right",
        path: each.path.startsWith("/o/") ? each.path : base + each.path,
      }));
      this.#show([...found, ...own], text);
    }, 120);
  }

  /** @param {Entry[]} entries @param {string} [text] */
  #show(entries, text = "") {
    this.entries = entries;
    const list = /** @type {Element} */ (this.querySelector("[role=listbox]"));
    list.replaceChildren(...entries.map((each, at) => this.#option(each, at)));
    if (!entries.length && text) list.append(make("p", { class: "palette-none" }, `Nothing is called “${text}”.`));
    this.#choose(0);
  }

  /** @param {Entry} entry @param {number} at */
  #option(entry, at) {
    const option = make(
      "div",
      { role: "option", id: `palette-${at}`, "data-at": String(at), "aria-selected": "false" },
      icon(entry.icon ?? "arrow-right"),
    );
    if (entry.kind && entry.key) option.append(make("span", { class: "key" }, entry.key));
    option.append(make("span", { class: "truncate" }, entry.title));
    if (entry.kind) option.append(make("span", { class: "palette-kind" }, entry.kind));
    else if (entry.key?.trim()) option.append(make("kbd", {}, entry.key));
    return option;
  }

  /** @param {number} at */
  #choose(at) {
    const options = [...this.querySelectorAll("[role=option]")];
    this.chosen = Math.max(0, Math.min(at, options.length - 1));
    options.forEach((each, index) => each.setAttribute("aria-selected", String(index === this.chosen)));
    options[this.chosen]?.scrollIntoView({ block: "nearest" });
    if (options.length) this.#input().setAttribute("aria-activedescendant", `palette-${this.chosen}`);
    else this.#input().removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const count = this.entries?.length ?? 0;
      const next = (this.chosen ?? 0) + step;
      this.#choose(Math.abs(step) === 1 && count ? (next + count) % count : next);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#go(this.chosen ?? 0, event.ctrlKey || event.metaKey);
    }
  }

  /** @param {number} at @param {boolean} aside */
  #go(at, aside) {
    const entry = this.entries?.[at];
    if (!entry) return;
    this.querySelector("dialog")?.close();
    if (aside) window.open(entry.path);
    else location.assign(entry.path);
  }
}

if (!customElements.get("cw-palette")) customElements.define("cw-palette", CwPalette);
