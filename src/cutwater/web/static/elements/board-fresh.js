// Cards that changed elsewhere: asked for one by one, or all of them after a gap.
import { count, find, lanesOf, place } from "./board-lanes.js";
import { fill } from "./core.js";

const TOGETHER = 200;
const JUST_DRAWN = 5000;

export class BoardFresh {
  /** @type {Set<string>} */
  stale = new Set();
  /** The card whose refusal stays when it is drawn anew. */
  keeping = "";
  /** @type {any} */
  timer = undefined;
  since = performance.now();

  /** @param {import("./cw-board.js").CwBoard} board */
  constructor(board) {
    this.board = board;
  }

  stop() {
    clearTimeout(this.timer);
  }

  /** @param {import("./live-stream.js").Change} change */
  changed(change) {
    const kind = change.subject.split(":")[0];
    if (this.board.dataset.scene?.split(" ").includes(kind)) void this.anew(true);
    if (kind !== this.board.dataset.kind || !change.key) return;
    this.later(change.key);
    for (const card of this.board.querySelectorAll(`.card[data-beside~="${CSS.escape(change.key)}"]`)) {
      this.later(card.getAttribute("data-card") ?? "");
    }
  }

  /** Ask for a card soon; several at once. @param {string} key @param {boolean} [keepRefusal] */
  later(key, keepRefusal = false) {
    if (keepRefusal) this.keeping = key;
    this.stale.add(key);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const keys = [...this.stale];
      this.stale.clear();
      for (const each of keys) void this.#refresh(each);
    }, TOGETHER);
  }

  /** @param {string} key */
  async #refresh(key) {
    const card = find(this.board, key);
    if (card?.matches(".waiting, .dragging, .picked")) return this.later(key);
    const response = await fetch(fill(this.board.dataset.cardUrl ?? "", { key }), {
      headers: { "HX-Request": "true", "HX-Request-Type": "partial" },
      credentials: "same-origin",
    }).catch(() => null);
    if (response?.status === 404) {
      card?.remove();
      return count(this.board);
    }
    const fresh = response?.ok ? this.#parse(await response.text()) : null;
    if (!fresh) return undefined;
    const refusal = this.keeping === key ? card?.querySelector(".card-refusal") : null;
    if (refusal) fresh.append(refusal);
    return this.swap(card, fresh, Boolean(card?.contains(document.activeElement)));
  }

  /** What the server says of a card that moved. @param {HTMLElement} card
   * @param {{html?: string, revision?: number, status?: string}} told @param {boolean} focused */
  settle(card, told, focused) {
    if (told.html) {
      const fresh = this.#parse(told.html);
      if (fresh) return this.swap(card, fresh, focused);
    }
    if (told.revision !== undefined) card.dataset.revision = String(told.revision);
    if (told.status) card.dataset.laneNow = told.status;
    this.later(card.dataset.card ?? "");
  }

  /** @param {string} html */
  #parse(html) {
    const found = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelector(".card");
    return found ? /** @type {HTMLElement} */ (document.importNode(found, true)) : null;
  }

  /** Put a fresh card where the old one is, or in the lane it now belongs to.
   * @param {HTMLElement | null} card @param {HTMLElement} fresh @param {boolean} focused */
  swap(card, fresh, focused) {
    const lane = lanesOf(this.board).find((each) => each.dataset.lane === fresh.dataset.laneNow);
    if (card && card.closest(".lane") === lane) card.replaceWith(fresh);
    else {
      card?.remove();
      if (lane) place(this.board, fresh, lane);
    }
    if (this.board.keyboard.current === card) this.board.keyboard.rove(fresh);
    fresh.classList.add("changed");
    /** @type {any} */ (window).htmx?.process(fresh);
    if (focused && fresh.isConnected) fresh.focus();
    count(this.board);
  }

  /** After a gap that could not be told, or when what holds for all cards has changed: take every card from the
   * page anew, in place. @param {boolean} [surely] */
  async anew(surely = false) {
    if (!surely && performance.now() - this.since < JUST_DRAWN) return;
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" }).catch(
      () => null,
    );
    if (!response?.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = new Map(
      [...page.querySelectorAll("cw-board .card")].map((each) => [each.getAttribute("data-card") ?? "", each]),
    );
    for (const card of this.board.querySelectorAll(".card")) {
      if (!now.has(card.getAttribute("data-card") ?? "")) card.remove();
    }
    for (const [key, each] of now) {
      const card = find(this.board, key);
      if (card?.matches(".waiting, .dragging, .picked")) continue;
      const flags = [card, each].map((one) => one?.querySelector("[data-flags]")?.textContent);
      if (card?.dataset.revision !== each.getAttribute("data-revision") || flags[0] !== flags[1]) {
        this.swap(card, /** @type {HTMLElement} */ (document.importNode(each, true)), false);
      }
    }
  }
}
