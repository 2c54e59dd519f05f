// The keyboard on a board: walk over the cards, move one to the next lane, or pick it up and drop it.
import { cardOf, knows, lanesOf, light, nameOf } from "./board-lanes.js";
import { announce } from "./core.js";

export class BoardKeys {
  /** The card in the tab order. @type {Element | null} */
  current = null;
  /** What the keyboard carries. @type {{card: HTMLElement, from: HTMLElement, over: HTMLElement} | undefined} */
  picked = undefined;

  /** @param {import("./cw-board.js").CwBoard} board */
  constructor(board) {
    this.board = board;
  }

  /** One card is in the tab order; arrows walk to the others. @param {Element | null} card */
  rove(card) {
    if (!card || card === this.current) return;
    this.current?.setAttribute("tabindex", "-1");
    card.setAttribute("tabindex", "0");
    this.current = card;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const card = cardOf(event.target);
    if (!card || event.target !== card || event.ctrlKey || event.metaKey || event.altKey) return;
    const lane = /** @type {HTMLElement} */ (card.closest(".lane"));
    const deed = this.picked ? this.#carrying(event.key) : this.#walking(event, card, lane);
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} card @param {HTMLElement} lane @returns {(() => void) | null} */
  #walking(event, card, lane) {
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (sideways && event.shiftKey) return () => this.board.moveTo(card, this.#beside(lane, sideways));
    if (sideways) {
      return () => this.#focusIn(this.#beside(lane, sideways, true), [...lane.querySelectorAll(".card")].indexOf(card));
    }
    if (event.key === "ArrowDown") return () => this.#focus(card.nextElementSibling);
    if (event.key === "ArrowUp") return () => this.#focus(card.previousElementSibling);
    if (event.key === "Home") return () => this.#focusIn(lane, 0);
    if (event.key === "End") return () => this.#focusIn(lane, Infinity);
    if (event.key === "Enter") return () => /** @type {HTMLElement | null} */ (card.querySelector("a[href]"))?.click();
    if (event.key === "m") {
      return () =>
        ["[popovertarget]", "[popover] button"].forEach((each, at) =>
          /** @type {HTMLElement | null} */ (card.querySelector(each))?.[at ? "focus" : "click"]()
        );
    }
    if (event.key === " ") return () => this.#pick(card, lane);
    return null;
  }

  /** @param {string} key @returns {(() => void) | null} */
  #carrying(key) {
    const picked = /** @type {{card: HTMLElement, from: HTMLElement, over: HTMLElement}} */ (this.picked);
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (sideways) {
      return () => {
        picked.over = this.#beside(picked.over, sideways) ?? picked.over;
        light(this.board, picked.card, picked.over);
        announce(
          `${nameOf(picked.over)}${knows(picked.card, picked.over) ? "" : ", not a move from here"}`,
        );
      };
    }
    if (key === " " || key === "Enter") {
      return () => {
        this.board.drop();
        if (picked.over !== picked.from) void this.board.moveTo(picked.card, picked.over);
      };
    }
    if (key === "Escape") {
      return () => {
        this.board.drop();
        announce("Put back.");
      };
    }
    return null;
  }

  /** @param {HTMLElement} card @param {HTMLElement} lane */
  #pick(card, lane) {
    this.picked = { card, from: lane, over: lane };
    card.classList.add("picked");
    light(this.board, card, lane);
    announce(`Picked up ${card.dataset.card}. Arrows choose a lane, space drops, escape puts back.`);
  }

  /** @param {HTMLElement} lane @param {number} step @param {boolean} [filled] @returns {HTMLElement | null} */
  #beside(lane, step, filled = false) {
    const lanes = lanesOf(this.board);
    for (let at = lanes.indexOf(lane) + step; at >= 0 && at < lanes.length; at += step) {
      if (!filled || lanes[at].querySelector(".card")) return lanes[at];
    }
    return null;
  }

  /** @param {Element | null | undefined} card */
  #focus(card) {
    if (card instanceof HTMLElement && card.classList.contains("card")) card.focus();
  }

  /** @param {HTMLElement | null} lane @param {number} at */
  #focusIn(lane, at) {
    const cards = lane?.querySelectorAll(".card") ?? [];
    if (lane instanceof HTMLDetailsElement) lane.open = true;
    this.#focus(cards[Math.min(Math.max(at, 0), cards.length - 1)]);
  }

  putDown() {
    this.picked?.card.classList.remove("picked");
    this.picked = undefined;
  }
}
