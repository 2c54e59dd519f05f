// <cw-keys>: anything with data-key is reached by that key: "c", "/", "?", "mod+k", or "g r" (two in a row).
import { icon, make, typing } from "./core.js";

const PATIENCE = 1200;

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
    document.addEventListener("click", (event) => /** @type {Element} */ (event.target).closest("[data-open-keys]") && this.show(), { signal });
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
    this.first = single && !target ? key : "";
    this.at = event.timeStamp;
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
        if (!each.closest("template") && !(/** @type {any} */ (each).disabled)) return /** @type {HTMLElement} */ (each);
      }
    }
    return null;
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
    for (const [key, name] of this.#more()) this.#add(list, key, name);
    const close = make("button", { type: "button", class: "icon-button", "aria-label": "Close", autofocus: "" }, icon("x"));
    const dialog = /** @type {HTMLDialogElement} */ (make("dialog", { class: "dialog keys-dialog", "aria-label": "Keys" }, make("header", {}, make("h2", {}, "Keys"), close), list));
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  /** @param {Element} list @param {string} key @param {string} name */
  #add(list, key, name) {
    const keys = make("span");
    for (const part of key.replace("mod+", "Ctrl ").split(" ")) keys.append(make("kbd", {}, part.length === 1 ? part : part.replace("ArrowRight", "→")), " ");
    list.append(make("li", {}, make("span", {}, name), keys));
  }

  /** @param {Element} element */
  #name(element) {
    const text = element.getAttribute("aria-label") ?? element.getAttribute("placeholder") ?? element.textContent ?? "";
    const name = text.replace(element.querySelector("kbd")?.textContent ?? "", "").replace(/\s+/g, " ").trim();
    return element.getAttribute("data-key")?.startsWith("g ") ? `Go to ${name}` : name;
  }

  /** Keys that the elements of this page bring themselves. */
  #more() {
    const kinds = new Set([...document.querySelectorAll("*")].filter((each) => each.localName.startsWith("cw-")).map((each) => each.constructor));
    return /** @type {[string, string][]} */ ([...kinds].flatMap((kind) => /** @type {any} */ (kind).keys ?? []));
  }
}

if (!customElements.get("cw-keys")) customElements.define("cw-keys", CwKeys);
