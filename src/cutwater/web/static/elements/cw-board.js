// <cw-board>: cards in lanes, moved by pointer or keyboard, shown at once and taken back when refused.
import { askWhy } from "./asking.js";
import { BoardDrag } from "./board-drag.js";
import { BoardFresh } from "./board-fresh.js";
import { BoardKeys } from "./board-keys.js";
import { cardOf, count, find, lanesOf, light, nameOf, place } from "./board-lanes.js";
import { announce, fill, post, reasons } from "./core.js";

export class CwBoard extends HTMLElement {
  /** @type {[string, string][]} */
  static keys = [["← ↑ → ↓", "Walk over the cards"], ["Enter", "Open the card"], ["m", "Move the card to…"], [
    "Shift →",
    "Move to the next lane",
  ], ["Space", "Pick up, drop"]];

  keyboard = new BoardKeys(this);
  dragging = new BoardDrag(this);
  freshness = new BoardFresh(this);

  connectedCallback() {
    this.ending = new AbortController();
    const signal = this.ending.signal;
    this.freshness = new BoardFresh(this);
    this.addEventListener("keydown", (event) => this.keyboard.press(event), { signal });
    this.addEventListener("pointerdown", (event) => this.dragging.grab(event), { signal });
    this.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
    this.addEventListener("focusin", (event) => this.keyboard.rove(cardOf(event.target)), { signal });
    this.addEventListener("submit", (event) => this.#submit(/** @type {SubmitEvent} */ (event)), { signal });
    const told = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;
    document.addEventListener("cw:change", (event) => this.freshness.changed(told(event)), { signal });
    document.addEventListener("cw:connection", (event) => told(event).fresh && this.freshness.anew(), { signal });
    queueMicrotask(() => {
      this.keyboard.rove(this.querySelector(".card"));
      count(this);
    });
  }

  disconnectedCallback() {
    this.ending?.abort();
    this.freshness.stop();
    this.drop();
  }

  /** End every kind of carrying. */
  drop() {
    this.dragging.putDown();
    this.keyboard.putDown();
    light(this, null, null);
  }

  /** The "Move to…" menu's forms take the same way. @param {SubmitEvent} event */
  #submit(event) {
    const card = cardOf(event.target);
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (!card || button?.name !== "target") return;
    const lane = lanesOf(this).find((each) => each.dataset.lane === button.value);
    if (!lane) return;
    event.preventDefault();
    /** @type {HTMLElement | null} */ (button.closest("[popover]"))?.hidePopover?.();
    void this.moveTo(card, lane);
  }

  /** Some moves ask for a reason first; meanwhile somebody may have changed the card.
   * @param {HTMLElement} card @param {HTMLElement | null} lane */
  async moveTo(card, lane) {
    const key = card.dataset.card ?? "";
    if (!lane || !card.dataset.asks?.split(" ").includes(lane.dataset.lane ?? "")) return this.#send(card, lane, {});
    const note = await askWhy(`Move ${key} to ${nameOf(lane)}`);
    const now = find(this, key);
    if (note === null) announce("Left where it was.");
    now?.focus();
    return note !== null && now ? this.#send(now, lane, { note }) : undefined;
  }

  /** Draw the move at once, ask the server, and take it back with the reasons when it is refused.
   * @param {HTMLElement} card @param {HTMLElement | null} lane @param {Record<string, string>} more */
  async #send(card, lane, more) {
    if (!lane || card.classList.contains("waiting")) return;
    const back = { parent: card.parentElement, before: card.nextSibling };
    const focused = document.activeElement === card || card.contains(document.activeElement);
    card.querySelector(".card-refusal")?.remove();
    card.classList.add("waiting");
    place(this, card, lane, true);
    if (focused) card.focus();
    const url = fill(this.dataset.moveUrl ?? "", { key: card.dataset.card ?? "" });
    const { data, refusal } = await post(url, {
      target: lane.dataset.lane ?? "",
      revision: card.dataset.revision ?? "",
      ...more,
    });
    card.classList.remove("waiting");
    if (refusal) {
      back.parent?.insertBefore(card, back.before?.parentNode === back.parent ? back.before : null);
      const box = reasons(refusal, "Not moved");
      box.classList.add("card-refusal");
      box.setAttribute("role", "alert");
      card.append(box);
      count(this);
      if (focused) card.focus();
      if (refusal.status === 409) this.freshness.later(card.dataset.card ?? "", true);
      return;
    }
    announce(`${card.dataset.card} moved to ${nameOf(lane)}.`);
    this.freshness.settle(card, data.card ?? {}, focused);
  }
}

if (!customElements.get("cw-board")) customElements.define("cw-board", CwBoard);
