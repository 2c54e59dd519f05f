// <cw-board>: cards in lanes, moved by pointer or keyboard, shown at once and taken back when refused.
import { askWhy } from "./asking.js";
import { announce, fill, post, reasons } from "./core.js";

const FAR_ENOUGH = 5;
const LONG_PRESS = 350;

export class CwBoard extends HTMLElement {
  /** @type {[string, string][]} */
  static keys = [["← ↑ → ↓", "Walk over the cards"], ["Enter", "Open the card"], ["m", "Move the card to…"], [
    "Shift →",
    "Move to the next lane",
  ], ["Space", "Pick up, drop"]];

  /** @type {Element | null} */
  current = null;
  /** @type {any} */
  timer = undefined;

  connectedCallback() {
    this.ending = new AbortController();
    const signal = this.ending.signal;
    /** @type {Set<string>} */
    this.stale = new Set();
    this.addEventListener("keydown", (event) => this.#press(event), { signal });
    this.addEventListener("pointerdown", (event) => this.#grab(event), { signal });
    this.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
    this.addEventListener("focusin", (event) => this.#rove(this.#cardOf(event.target)), { signal });
    this.addEventListener("submit", (event) => this.#submit(/** @type {SubmitEvent} */ (event)), { signal });
    document.addEventListener("cw:change", (event) => this.#changed(/** @type {CustomEvent} */ (event).detail), {
      signal,
    });
    document.addEventListener(
      "cw:connection",
      (event) => /** @type {CustomEvent} */ (event).detail.fresh && this.#fresh(),
      { signal },
    );
    this.since = performance.now();
    queueMicrotask(() => {
      this.#rove(this.querySelector(".card"));
      this.#count();
    });
  }

  disconnectedCallback() {
    this.ending?.abort();
    clearTimeout(this.timer);
    this.#drop(null);
  }

  /** @param {EventTarget | null} target @returns {HTMLElement | null} */
  #cardOf(target) {
    return target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".card")) : null;
  }

  get lanes() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".lane")]);
  }

  /** One card is in the tab order; arrows walk to the others. @param {Element | null} card */
  #rove(card) {
    if (!card || card === this.current) return;
    this.current?.setAttribute("tabindex", "-1");
    card.setAttribute("tabindex", "0");
    this.current = card;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const card = this.#cardOf(event.target);
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
    if (sideways && event.shiftKey) return () => this.#moveTo(card, this.#beside(lane, sideways));
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
        this.#light(picked.card, picked.over);
        announce(
          `${this.#nameOf(picked.over)}${this.#knows(picked.card, picked.over) ? "" : ", not a move from here"}`,
        );
      };
    }
    if (key === " " || key === "Enter") {
      return () => {
        this.#drop(null);
        if (picked.over !== picked.from) void this.#moveTo(picked.card, picked.over);
      };
    }
    if (key === "Escape") {
      return () => {
        this.#drop(null);
        announce("Put back.");
      };
    }
    return null;
  }

  /** @param {HTMLElement} card @param {HTMLElement} lane */
  #pick(card, lane) {
    this.picked = { card, from: lane, over: lane };
    card.classList.add("picked");
    this.#light(card, lane);
    announce(`Picked up ${card.dataset.card}. Arrows choose a lane, space drops, escape puts back.`);
  }

  /** @param {HTMLElement} lane @param {number} step @param {boolean} [filled] @returns {HTMLElement | null} */
  #beside(lane, step, filled = false) {
    const lanes = this.lanes;
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

  /** @param {HTMLElement} card @param {HTMLElement} lane */
  #knows(card, lane) {
    const moves = card.dataset.moves;
    return moves === undefined || moves.split(/\s+/).includes(lane.dataset.lane ?? "")
      || card.closest(".lane") === lane;
  }

  /** @param {HTMLElement} lane */
  #nameOf(lane) {
    return lane.querySelector("h2, summary")?.textContent?.trim() ?? lane.dataset.lane ?? "";
  }

  /** @param {HTMLElement | null} card @param {HTMLElement | null} over */
  #light(card, over) {
    for (const lane of this.lanes) {
      if (!card) delete lane.dataset.drop;
      else if (!this.#knows(card, lane)) lane.dataset.drop = "no";
      else if (lane === over) lane.dataset.drop = "yes";
      else delete lane.dataset.drop;
    }
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    const card = this.#cardOf(event.target);
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
      this.#drop(null);
    }, { signal: ending.signal });
    document.addEventListener("keydown", (key) => {
      if (key.key !== "Escape") return;
      end();
      this.#drop(null);
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
      this.#drop(null);
      if (over && over !== card.closest(".lane")) void this.#moveTo(card, over);
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
    this.over = under && this.contains(under) ? /** @type {HTMLElement} */ (under) : null;
    this.#light(card, this.over);
    const box = this.getBoundingClientRect();
    if (x < box.left + 40) this.scrollLeft -= 12;
    else if (x > box.right - 40) this.scrollLeft += 12;
  }

  /** End every kind of carrying. @param {null} _nothing */
  #drop(_nothing) {
    this.ghost?.remove();
    this.dragged?.classList.remove("dragging");
    this.picked?.card.classList.remove("picked");
    this.ghost =
      this.dragged =
      this.picked =
      this.over =
        undefined;
    this.#light(null, null);
  }

  /** The "Move to…" menu's forms take the same way. @param {SubmitEvent} event */
  #submit(event) {
    const card = this.#cardOf(event.target);
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (!card || button?.name !== "target") return;
    const lane = this.lanes.find((each) => each.dataset.lane === button.value);
    if (!lane) return;
    event.preventDefault();
    /** @type {HTMLElement | null} */ (button.closest("[popover]"))?.hidePopover?.();
    void this.#moveTo(card, lane);
  }

  /** Some moves ask for a reason first; meanwhile somebody may have changed the card.
   * @param {HTMLElement} card @param {HTMLElement | null} lane */
  async #moveTo(card, lane) {
    const key = card.dataset.card ?? "";
    if (!lane || !card.dataset.asks?.split(" ").includes(lane.dataset.lane ?? "")) return this.#send(card, lane, {});
    const note = await askWhy(`Move ${key} to ${this.#nameOf(lane)}`);
    const now = this.#find(key);
    if (note === null) announce("Left where it was.");
    now?.focus();
    return note !== null && now ? this.#send(now, lane, { note }) : undefined;
  }

  /** @param {string} key */
  #find(key) {
    return /** @type {HTMLElement | null} */ (this.querySelector(`.card[data-card="${CSS.escape(key)}"]`));
  }

  /** Draw the move at once, ask the server, and take it back with the reasons when it is refused.
   * @param {HTMLElement} card @param {HTMLElement | null} lane @param {Record<string, string>} more */
  async #send(card, lane, more) {
    if (!lane || card.classList.contains("waiting")) return;
    const back = { parent: card.parentElement, before: card.nextSibling };
    const focused = document.activeElement === card || card.contains(document.activeElement);
    card.querySelector(".card-refusal")?.remove();
    card.classList.add("waiting");
    this.#place(card, lane, true);
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
      this.#count();
      if (focused) card.focus();
      if (refusal.status === 409) this.#later(card.dataset.card ?? "", true);
      return;
    }
    announce(`${card.dataset.card} moved to ${this.#nameOf(lane)}.`);
    this.#settle(card, data.card ?? {}, focused);
  }

  /** @param {HTMLElement} card @param {{html?: string, revision?: number, status?: string}} told @param {boolean} focused */
  #settle(card, told, focused) {
    if (told.html) {
      const fresh = this.#parse(told.html);
      if (fresh) return this.#swap(card, fresh, focused);
    }
    if (told.revision !== undefined) card.dataset.revision = String(told.revision);
    if (told.status) card.dataset.laneNow = told.status;
    this.#later(card.dataset.card ?? "");
  }

  /** @param {HTMLElement} card @param {HTMLElement} lane @param {boolean} [first] */
  #place(card, lane, first = false) {
    const cards = lane.querySelector(".cards");
    if (!cards || card.parentElement === cards) return;
    if (first) cards.prepend(card);
    else cards.append(card);
    this.#count();
  }

  #count() {
    for (const lane of this.lanes) {
      const count = lane.querySelectorAll(".card").length;
      const shown = lane.querySelector("[data-count]");
      if (shown && !lane.hasAttribute("data-partial")) {
        shown.textContent = lane.dataset.limit
          ? `${count}/${lane.dataset.limit}`
          : String(count);
      }
      lane.classList.toggle("over-limit", Boolean(lane.dataset.limit) && count > Number(lane.dataset.limit));
    }
  }

  /** @param {import("./live-stream.js").Change} change */
  #changed(change) {
    const kind = change.subject.split(":")[0];
    if (this.dataset.scene?.split(" ").includes(kind)) void this.#fresh(true);
    if (kind !== this.dataset.kind || !change.key) return;
    this.#later(change.key);
    for (const card of this.querySelectorAll(`.card[data-beside~="${CSS.escape(change.key)}"]`)) {
      this.#later(card.getAttribute("data-card") ?? "");
    }
  }

  /** Ask for a card soon; several at once. @param {string} key @param {boolean} [keepRefusal] */
  #later(key, keepRefusal = false) {
    if (keepRefusal) this.keeping = key;
    this.stale?.add(key);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const keys = [...(this.stale ?? [])];
      this.stale?.clear();
      for (const each of keys) void this.#refresh(each);
    }, 200);
  }

  /** @param {string} key */
  async #refresh(key) {
    const card = this.#find(key);
    if (card?.matches(".waiting, .dragging, .picked")) return this.#later(key);
    const response = await fetch(fill(this.dataset.cardUrl ?? "", { key }), {
      headers: { "HX-Request": "true", "HX-Request-Type": "partial" },
      credentials: "same-origin",
    }).catch(() => null);
    if (response?.status === 404) {
      card?.remove();
      return this.#count();
    }
    const fresh = response?.ok ? this.#parse(await response.text()) : null;
    if (!fresh) return undefined;
    const refusal = this.keeping === key ? card?.querySelector(".card-refusal") : null;
    if (refusal) fresh.append(refusal);
    return this.#swap(card, fresh, Boolean(card?.contains(document.activeElement)));
  }

  /** @param {string} html */
  #parse(html) {
    const found = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelector(".card");
    return found ? /** @type {HTMLElement} */ (document.importNode(found, true)) : null;
  }

  /** Put a fresh card where the old one is, or in the lane it now belongs to. @param {HTMLElement | null} card @param {HTMLElement} fresh @param {boolean} focused */
  #swap(card, fresh, focused) {
    const lane = this.lanes.find((each) => each.dataset.lane === fresh.dataset.laneNow);
    if (card && card.closest(".lane") === lane) card.replaceWith(fresh);
    else {
      card?.remove();
      if (lane) this.#place(fresh, lane);
    }
    if (this.current === card) this.#rove(fresh);
    fresh.classList.add("changed");
    /** @type {any} */ (window).htmx?.process(fresh);
    if (focused && fresh.isConnected) fresh.focus();
    this.#count();
  }

  /** After a gap that could not be told, or when what holds for all cards has changed: take every card from the page anew, in place.
   * @param {boolean} [surely] */
  async #fresh(surely = false) {
    if (!surely && performance.now() - (this.since ?? 0) < 5000) return;
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" }).catch(
      () => null,
    );
    if (!response?.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = new Map(
      [...page.querySelectorAll("cw-board .card")].map((each) => [each.getAttribute("data-card") ?? "", each]),
    );
    for (const card of this.querySelectorAll(".card")) {
      if (!now.has(card.getAttribute("data-card") ?? "")) card.remove();
    }
    for (const [key, each] of now) {
      const card = this.#find(key);
      if (card?.matches(".waiting, .dragging, .picked")) continue;
      const flags = [card, each].map((one) => one?.querySelector("[data-flags]")?.textContent);
      if (card?.dataset.revision !== each.getAttribute("data-revision") || flags[0] !== flags[1]) {
        this.#swap(card, /** @type {HTMLElement} */ (document.importNode(each, true)), false);
      }
    }
  }
}

if (!customElements.get("cw-board")) customElements.define("cw-board", CwBoard);
