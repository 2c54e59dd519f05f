// <cw-clock>: the time in a zone (data-zone), since a moment (data-since), or until one (data-until).
import { clock } from "./times.js";

/**
 * Minutes as `2h 05m`, with hours and minutes only; below an hour `12m`.
 * @param {number} minutes
 */
export function span(minutes) {
  const whole = Math.floor(Math.abs(minutes));
  const hours = Math.floor(whole / 60);
  const text = hours ? `${hours}h ${String(whole % 60).padStart(2, "0")}m` : `${whole}m`;
  return minutes < 0 && whole ? `−${text}` : text;
}

/**
 * What the clock shows at a moment.
 * @param {DOMStringMap | Record<string, string | undefined>} data
 * @param {Date} now
 */
export function reading(data, now) {
  if (data.since) return span((now.getTime() - new Date(data.since).getTime()) / 60_000);
  if (data.until) return span((new Date(data.until).getTime() - now.getTime()) / 60_000);
  const time = clock(now.toISOString(), data.zone || Intl.DateTimeFormat().resolvedOptions().timeZone, data.day ?? "");
  return data.label ? `${time} ${data.label}` : time;
}

/** @type {Set<CwClock>} */
const running = new Set();
/** @type {any} */
let ticking = null;

function tick() {
  const now = new Date();
  for (const each of running) each.show(now);
}

export class CwClock extends HTMLElement {
  shown = "";

  connectedCallback() {
    running.add(this);
    this.show(new Date());
    ticking ??= setInterval(tick, 1000);
  }

  disconnectedCallback() {
    running.delete(this);
    if (running.size) return;
    clearInterval(ticking);
    ticking = null;
  }

  /** @param {Date} now */
  show(now) {
    const text = reading(this.dataset, now);
    if (text !== this.shown) this.replaceChildren(text);
    this.shown = text;
    if (this.dataset.until) this.classList.toggle("late", new Date(this.dataset.until) < now);
  }
}

if (!customElements.get("cw-clock")) customElements.define("cw-clock", CwClock);
