// <cw-keys>: anything with data-key is reached by that key: "c", "/", "?", "mod+k", or "g r" (two in a row).
import { icon, make, typing } from "./core.js";

const PATIENCE = 1200;
const MOD = /Mac|iPhone|iPad/.test(navigator.platform ?? "") ? "⌘" : "Ctrl";
const ROWS = ".table tbody tr, .task, .changes > li";

/** @param {KeyboardEvent} event */
export function pressed(event) {
  const mod = event.ctrlKey || event.metaKey;
  return (mod ? "mod+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

export class CwKeys extends HTMLElement {
  first = "";
  at = 0;

  connectedCallback() {
    this.ending = new AbortController();
    const signal = this.ending.signal;
    document.addEventListener("keydown", (event) => this.#press(event), { signal });
    document.addEventListener(
      "click",
      (event) => /** @type {Element} */ (event.target).closest("[data-open-keys]") && this.show(),
      { signal },
    );
  }

  disconnectedCallback() {
    this.ending?.abort();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.defaultPrevented || event.altKey || event.isComposing || event.repeat) return;
    const key = pressed(event);
    const single = !key.startsWith("mod+");
    if (single && (document.documentElement.dataset.keys === "off" || typing(event.target))) return;
    if (single && document.querySelector("dialog:modal:not(.drawer)")) return;
    const recent = event.timeStamp - this.at < PATIENCE ? this.first : "";
    const target = (recent && this.#find(`${recent} ${key}`)) || this.#find(key);
    const walks = !target && !recent && (key === "j" || key === "k");
    this.first = single && !target && !walks ? key : "";
    this.at = event.timeStamp;
    if (walks && this.#walk(key === "j" ? 1 : -1)) event.preventDefault();
    if (!target) return;
    event.preventDefault();
    if (target.matches("input, textarea, select")) {
      target.focus();
      if (target instanceof HTMLInputElement) target.select();
    } else target.click();
  }

  /** @param {string} key @returns {HTMLElement | null} */
  #find(key) {
    const scope = document.querySelector("dialog.drawer[open]");
    for (const root of [scope, document]) {
      for (const each of root?.querySelectorAll(`[data-key="${CSS.escape(key)}"]`) ?? []) {
        if (!each.closest("template") && !(/** @type {any} */ (each).disabled)) {
          return /** @type {HTMLElement} */ (each);
        }
      }
    }
    return key === "/" ? document.querySelector("[data-palette]") : null;
  }

  /** What opens each row that is listed here, in the drawer while one is open. @returns {HTMLElement[]} */
  #rows() {
    const root = document.querySelector("dialog.drawer[open]") ?? document.querySelector("main");
    const links = [...(root?.querySelectorAll(ROWS) ?? [])].map((row) =>
      row.querySelector(".title :is(a[href], button), a[href]")
    );
    return /** @type {HTMLElement[]} */ (links.filter((link) => link?.checkVisibility?.() ?? link));
  }

  /** Move the focus to the next row of a list, or the one before; Enter opens it as it opens any link. @param {1 | -1} step */
  #walk(step) {
    if (this.#more().length) return false; // an element of this page walks by itself
    const rows = this.#rows();
    const row = document.activeElement?.closest(ROWS);
    const at = row ? rows.findIndex((link) => row.contains(link)) : -1;
    const next = at < 0 ? rows[step > 0 ? 0 : rows.length - 1] : rows[at + step];
    next?.focus();
    return Boolean(next);
  }

  /** The list of keys that work on this page. */
  show() {
    const known = document.querySelector("dialog.keys-dialog");
    known?.remove();
    const list = make("ul", { class: "keymap" });
    const seen = new Set();
    for (const each of document.querySelectorAll("[data-key]")) {
      const key = each.getAttribute("data-key") ?? "";
      if (seen.has(key)) continue;
      seen.add(key);
      this.#add(list, key, this.#name(each));
    }
    if (!seen.has("/")) this.#add(list, "/", "Search");
    const more = this.#more();
    if (!more.length && this.#rows().length) {
      more.push(["j", "Next row"], ["k", "Row before"], ["Enter", "Open the row"]);
    }
    for (const [key, name] of more) this.#add(list, key, name);
    const close = make(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Close", autofocus: "" },
      icon("x"),
    );
    const dialog = /** @type {HTMLDialogElement} */ (make(
      "dialog",
      { class: "dialog keys-dialog", "aria-label": "Keys" },
      make("header", {}, make("h2", {}, "Keys"), close),
      list,
    ));
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  /** @param {Element} list @param {string} key @param {string} name */
  #add(list, key, name) {
    const keys = make("span");
    for (const part of key.replace("mod+", `${MOD} `).split(" ")) {
      keys.append(make("kbd", {}, part.length === 1 ? part : part.replace("ArrowRight", "→")), " ");
    }
    list.append(make("li", {}, make("span", {}, name), keys));
  }

  /** @param {Element} element */
  #name(element) {
    if (element.matches("input")) return "Search this page";
    const text = element.getAttribute("aria-label") ?? element.textContent ?? "";
    const name = text.replace(element.querySelector("kbd")?.textContent ?? "", "").replace(/\s+/g, " ").trim();
    return element.getAttribute("data-key")?.startsWith("g ") ? `Go to ${name}` : name;
  }

  /** Keys that the elements of this page bring themselves. */
  #more() {
    const kinds = new Set(
      [...document.querySelectorAll("*")].filter((each) => each.localName.startsWith("cw-")).map((each) =>
        each.constructor
      ),
    );
    return /** @type {[string, string][]} */ ([...kinds].flatMap((kind) => /** @type {any} */ (kind).keys ?? []));
  }
}

if (!customElements.get("cw-keys")) customElements.define("cw-keys", CwKeys);
