// <cw-live>: one stream per browser. The visible tab that holds the lock reads it and tells the others.
import { LiveStream } from "./live-stream.js";

/**
 * @typedef {import("./live-stream.js").Change} Change
 * @typedef {import("./live-stream.js").State} State
 * @typedef {import("./live-stream.js").Connection} Connection
 * @typedef {{kind: "topics", tab: string, topics: string[]} | {kind: "hello" | "reload"} | {kind: "bye", tab: string}
 *   | {kind: "change", change: Change, token: string, was: string} | {kind: "state", state: State}
 *   | {kind: "token", token: string, was: string} | {kind: "connection", state: Connection, fresh: boolean}} Message
 */

const LEAST_APART = 150;
const WORDS = {
  live: "",
  polling: "Updates every 5 s",
  reconnecting: "Reconnecting…",
  paused: "",
  "signed-out": "Signed out",
};

/**
 * The topics a change belongs to: its subject, its context, the plural of both, and one's own inbox.
 * @param {Change} change
 */
export function topicsOf(change) {
  const topics = [];
  for (const subject of [change.subject, change.context]) {
    if (!subject) continue;
    const kind = subject.split(":")[0];
    topics.push(subject, plural(kind));
    if (kind === "inbox") topics.push("inbox");
  }
  return topics;
}

/** @param {string} kind */
function plural(kind) {
  if (kind.endsWith("y")) return `${kind.slice(0, -1)}ies`;
  return /[sx]$/.test(kind) ? `${kind}es` : `${kind}s`;
}

/** What a page watches: every topic it names, and all that some part of it refreshes on. */
export function watched(root = document) {
  const found = new Set();
  for (const each of root.querySelectorAll("[data-topic], [data-refresh-on]")) {
    for (const name of ["data-topic", "data-refresh-on"]) {
      for (const topic of (each.getAttribute(name) ?? "").split(/\s+/)) {
        if (topic) found.add(topic);
      }
    }
  }
  return [...found].sort();
}

/** How long a block waits, which may say how far apart its fresh ones are at least.
 * @param {Element} element @param {number} last */
function pauseBefore(element, last) {
  const apart = Number(element.getAttribute("data-refresh-apart") ?? 0) - (Date.now() - last);
  return Math.max(LEAST_APART, apart) + Math.random() * LEAST_APART;
}

export class CwLive extends HTMLElement {
  /** @type {WeakMap<Element, number>} */
  refreshed = new WeakMap();

  connectedCallback() {
    this.tab = Math.random().toString(36).slice(2);
    this.token = this.dataset.since ?? "";
    /** @type {string[]} */
    this.topics = watched();
    /** @type {Map<string, string[]>} */
    this.others = new Map();
    /** @type {Map<Element, any>} */
    this.waiting = new Map();
    this.leading = false;
    this.away = false;
    const name = `cutwater-live ${this.dataset.url}`;
    this.channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name);
    this.channel?.addEventListener("message", (event) => this.#hear(event.data));
    this.lock = name;
    this.stream = new LiveStream({
      url: this.dataset.url ?? "",
      changes: this.dataset.changes ?? "",
      topics: this.topics,
    }, this.#listener());
    this.ending = new AbortController();
    const signal = this.ending.signal;
    document.addEventListener("visibilitychange", () => this.#seen(), { signal });
    window.addEventListener("focus", () => this.#back(), { signal });
    window.addEventListener("pagehide", () => this.#leave(), { signal });
    window.addEventListener("pageshow", () => this.#seen(), { signal });
    document.addEventListener("htmx:after:swap", () => this.#look(), { signal });
    document.addEventListener("cw:look", () => this.#look(), { signal });
    this.#seen();
  }

  disconnectedCallback() {
    this.ending?.abort();
    this.#leave();
    this.channel?.close();
  }

  /** The page shows or hides: only visible pages compete for the stream. */
  #seen() {
    if (document.visibilityState === "hidden") {
      this.away = true;
      this.#leave();
      return;
    }
    this.#tell({ kind: "topics", tab: this.tab ?? "", topics: this.topics ?? [] });
    void this.#compete();
    this.#back();
  }

  /** Back after being away: what was missed is asked for once. */
  #back() {
    if (!this.away) return;
    this.away = false;
    if (!this.leading) void this.#fillGap();
  }

  #leave() {
    this.releaseLock?.();
    this.competing?.abort();
    this.competing = null;
    this.#tell({ kind: "bye", tab: this.tab ?? "" });
  }

  async #compete() {
    if (this.leading || this.competing) return;
    if (!navigator.locks) {
      this.#lead();
      this.releaseLock = () => this.#stop();
      return;
    }
    const competing = new AbortController();
    this.competing = competing;
    try {
      await navigator.locks.request(this.lock ?? "", { signal: competing.signal }, async () => {
        this.#lead();
        await new Promise((resolve) => {
          this.releaseLock = () => resolve(undefined);
        });
        this.#stop();
      });
    } catch {
      // the page was hidden before its turn came
    } finally {
      if (this.competing === competing) this.competing = null;
    }
  }

  #lead() {
    this.leading = true;
    this.others?.clear();
    this.#tell({ kind: "hello" });
    if (this.stream) {
      this.stream.token = this.token ?? "";
      this.stream.topics = this.#all();
      this.stream.open();
    }
  }

  #stop() {
    this.leading = false;
    this.releaseLock = undefined;
    this.stream?.close();
  }

  #all() {
    const all = new Set(this.topics);
    for (const each of this.others?.values() ?? []) for (const topic of each) all.add(topic);
    return [...all].sort().slice(0, 60);
  }

  #look() {
    const now = watched();
    if (now.join() === this.topics?.join()) return;
    this.topics = now;
    this.#tell({ kind: "topics", tab: this.tab ?? "", topics: now });
    if (this.leading) this.#rewatch();
  }

  #rewatch() {
    const all = this.#all();
    if (this.stream && all.some((topic) => !this.stream?.topics.includes(topic))) this.stream.watch(all);
  }

  /** @param {Message} message */
  #tell(message) {
    this.channel?.postMessage(message);
  }

  /** @param {Message} message */
  #hear(message) {
    if (message.kind === "hello") this.#tell({ kind: "topics", tab: this.tab ?? "", topics: this.topics ?? [] });
    else if (message.kind === "bye") this.others?.delete(message.tab);
    else if (message.kind === "topics") {
      this.others?.set(message.tab, message.topics);
      if (!this.leading) return;
      this.#rewatch();
      this.#tell({ kind: "connection", state: this.last ?? "live", fresh: false });
    } else if (this.leading) return;
    else if (message.kind === "change") this.#change(message.change);
    else if (message.kind === "state") this.#state(message.state);
    else if (message.kind === "reload") this.#reload();
    else if (message.kind === "connection") {
      this.#show(message.state, !this.followed);
      this.followed = true;
    } else if (message.kind === "token") {
      if (this.token && message.was !== this.token && !this.away) void this.#fillGap();
      this.token = message.token;
    }
  }

  /** A follower that missed something asks for it itself, once. */
  async #fillGap() {
    if (!this.stream || this.filling) return;
    this.filling = true;
    this.stream.token = this.token ?? "";
    this.stream.topics = this.topics ?? [];
    try {
      if (this.token) await this.stream.catchUp();
      else this.#show("live", true);
    } catch {
      this.#show("live", true);
    } finally {
      this.filling = false;
    }
  }

  /** @returns {import("./live-stream.js").Listener} */
  #listener() {
    return {
      change: (change, token) => {
        this.#change(change);
        if (this.leading) this.#tell({ kind: "change", change, token, was: this.token ?? "" });
      },
      state: (state) => {
        this.#state(state);
        if (this.leading) this.#tell({ kind: "state", state });
      },
      connection: (state, fresh) => {
        const first = state === "live" && !this.followed;
        if (first) this.followed = true; // states are not replayed: an element asks for its own, once
        this.#show(state, fresh || first);
        if (this.leading && state !== "paused") this.#tell({ kind: "connection", state, fresh: false });
      },
      token: (token) => {
        if (this.leading) this.#tell({ kind: "token", token, was: this.token ?? "" });
        this.token = token;
      },
      reload: () => {
        this.#reload();
        if (this.leading) this.#tell({ kind: "reload" });
      },
    };
  }

  /** @param {Change} change */
  #change(change) {
    const topics = topicsOf(change);
    if (topics.some((topic) => this.topics?.includes(topic))) {
      document.dispatchEvent(new CustomEvent("cw:change", { detail: change }));
    }
    for (const each of document.querySelectorAll("[data-refresh-on]")) {
      const wanted = (each.getAttribute("data-refresh-on") ?? "").split(/\s+/);
      if (topics.some((topic) => wanted.includes(topic))) this.#refresh(each);
    }
  }

  /** Ask for a fresh block, once for changes that come together. @param {Element} element */
  #refresh(element) {
    if (this.waiting?.has(element)) return;
    this.waiting?.set(
      element,
      setTimeout(() => {
        this.waiting?.delete(element);
        this.refreshed.set(element, Date.now());
        if (element.isConnected) element.dispatchEvent(new CustomEvent("cw:changed", { bubbles: false }));
      }, pauseBefore(element, this.refreshed.get(element) ?? 0)),
    );
  }

  /** @param {State} state */
  #state(state) {
    if (!state.topic || this.topics?.includes(state.topic)) {
      document.dispatchEvent(new CustomEvent("cw:state", { detail: state }));
    }
  }

  /** Too much happened to be told: every part asks for itself anew. */
  #reload() {
    this.#show("live", true);
    for (const each of document.querySelectorAll("[data-refresh-on]")) this.#refresh(each);
  }

  /** @param {Connection} state @param {boolean} fresh */
  #show(state, fresh) {
    this.last = state;
    document.dispatchEvent(new CustomEvent("cw:connection", { detail: { state, fresh } }));
    const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-connection]"));
    if (!place) return;
    place.dataset.state = state;
    place.hidden = WORDS[state] === "";
    const text = place.querySelector("[data-connection-text]");
    if (text) text.textContent = WORDS[state];
  }
}

if (!customElements.get("cw-live")) customElements.define("cw-live", CwLive);
