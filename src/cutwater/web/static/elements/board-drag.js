// The pointer on a board: a card follows it, and the lane under it takes the card.
import { cardOf, light } from "./board-lanes.js";

const FAR_ENOUGH = 5;
const LONG_PRESS = 350;
const EDGE = 40;
const SCROLL = 12;

export class BoardDrag {
  /** @type {HTMLElement | undefined} */
  ghost = undefined;
  /** @type {HTMLElement | undefined} */
  dragged = undefined;
  /** @type {HTMLElement | null} */
  over = null;

  /** @param {import("./cw-board.js").CwBoard} board */
  constructor(board) {
    this.board = board;
  }

  /** @param {PointerEvent} event */
  grab(event) {
    const card = cardOf(event.target);
    if (
      !card || event.button !== 0 || card.classList.contains("waiting")
      || /** @type {Element} */ (event.target).closest("button, input, select, form, [popover]")
    ) return;
    const drag = { card, x: event.clientX, y: event.clientY, ready: event.pointerType !== "touch", on: false };
    const hold = drag.ready ? null : setTimeout(() => {
      drag.ready = true;
      card.classList.add("picked");
    }, LONG_PRESS);
    const ending = new AbortController();
    const end = () => {
      if (hold) clearTimeout(hold);
      card.classList.remove("picked");
      ending.abort();
    };
    document.addEventListener("pointermove", (move) => {
      const far = Math.hypot(move.clientX - drag.x, move.clientY - drag.y) > FAR_ENOUGH;
      if (!drag.ready && far) return end();
      if (!drag.on && far) this.#lift(drag);
      if (drag.on) this.#drag(card, move.clientX, move.clientY);
    }, { signal: ending.signal });
    document.addEventListener("touchmove", (move) => drag.ready && move.cancelable && move.preventDefault(), {
      signal: ending.signal,
      passive: false,
    });
    document.addEventListener("pointercancel", () => {
      end();
      this.board.drop();
    }, { signal: ending.signal });
    document.addEventListener("keydown", (key) => {
      if (key.key !== "Escape") return;
      end();
      this.board.drop();
    }, { signal: ending.signal });
    document.addEventListener("pointerup", () => {
      end();
      if (!drag.on) return;
      const swallow = (/** @type {Event} */ click) => {
        click.preventDefault();
        click.stopPropagation();
      };
      document.addEventListener("click", swallow, { capture: true });
      setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 0);
      const over = this.over;
      this.board.drop();
      if (over && over !== card.closest(".lane")) void this.board.moveTo(card, over);
    }, { signal: ending.signal });
  }

  /** @param {{card: HTMLElement, on: boolean}} drag */
  #lift(drag) {
    drag.on = true;
    document.getSelection?.()?.removeAllRanges();
    const ghost = /** @type {HTMLElement} */ (drag.card.cloneNode(true));
    ghost.removeAttribute("id");
    ghost.classList.add("drag-ghost");
    ghost.setAttribute("aria-hidden", "true");
    document.body.append(ghost);
    this.ghost = ghost;
    drag.card.classList.add("dragging");
    this.dragged = drag.card;
  }

  /** @param {HTMLElement} card @param {number} x @param {number} y */
  #drag(card, x, y) {
    if (this.ghost) this.ghost.style.translate = `${x - 24}px ${y - 16}px`;
    const under = document.elementFromPoint(x, y)?.closest(".lane");
    this.over = under && this.board.contains(under) ? /** @type {HTMLElement} */ (under) : null;
    light(this.board, card, this.over);
    const box = this.board.getBoundingClientRect();
    if (x < box.left + EDGE) this.board.scrollLeft -= SCROLL;
    else if (x > box.right - EDGE) this.board.scrollLeft += SCROLL;
  }

  putDown() {
    this.ghost?.remove();
    this.dragged?.classList.remove("dragging");
    this.ghost = this.dragged = undefined;
    this.over = null;
  }
}
