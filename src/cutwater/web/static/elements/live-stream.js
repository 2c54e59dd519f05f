// Following the log: server-sent events with resuming, polling where streams do not get through. No DOM here.

/**
 * @typedef {{name: string, subject: string, context: string | null, key: string, headline: string, event_id?: number,
 *   actor: {kind: string, id: string | null, name: string}, at: string, data: Record<string, any>}} Change
 * @typedef {Record<string, any> & {topic: string}} State
 * @typedef {"live" | "polling" | "reconnecting" | "paused" | "signed-out"} Connection
 * @typedef {{
 *   change(change: Change, token: string): void,
 *   state(state: State): void,
 *   connection(state: Connection, fresh: boolean): void,
 *   token(token: string): void,
 *   reload(): void,
 * }} Listener
 * @typedef {{fetch: typeof fetch, setTimeout(run: () => void, ms: number): any, clearTimeout(id: any): void, random(): number}} Tools
 */

const SILENCE = 45_000;
const POLL_EVERY = 5_000;
const TRY_STREAM_AGAIN = 60_000;
const REMEMBERED = 4_000;

/**
 * Cut a stream of text into server-sent events; ids and data may come apart anywhere.
 * @param {(event: {id: string | null, event: string, data: string}) => void} found
 * @returns {(text: string) => void}
 */
export function parser(found) {
  let rest = "";
  /** @type {{id: string | null, event: string, data: string[]}} */
  let current = { id: null, event: "", data: [] };
  return (text) => {
    rest += text;
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (current.id !== null || current.data.length) {
          found({ id: current.id, event: current.event || "message", data: current.data.join("\n") });
        }
        current = { id: null, event: "", data: [] };
        continue;
      }
      const at = line.indexOf(":");
      if (at === 0) continue;
      const name = at < 0 ? line : line.slice(0, at);
      const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
      if (name === "id") current.id = value;
      else if (name === "event") current.event = value;
      else if (name === "data") current.data.push(value);
    }
  };
}

/** One connection to the log. `open()` keeps it alive until `close()`; the token survives both. */
export class LiveStream {
  /**
   * @param {{url: string, changes: string, topics: string[], token?: string}} where
   * @param {Listener} listener
   * @param {Partial<Tools>} [tools]
   */
  constructor(where, listener, tools = {}) {
    this.where = where;
    this.listener = listener;
    /** @type {Tools} */
    this.tools = {
      fetch: tools.fetch ?? ((...given) => fetch(...given)),
      setTimeout: tools.setTimeout ?? ((run, ms) => setTimeout(run, ms)),
      clearTimeout: tools.clearTimeout ?? ((id) => clearTimeout(id)),
      random: tools.random ?? Math.random,
    };
    this.topics = where.topics;
    this.token = where.token ?? "";
    this.failures = 0;
    this.running = false;
    /** @type {Set<number>} */
    this.seen = new Set();
    this.etag = "";
    /** @type {AbortController | null} */
    this.abort = null;
    this.timer = null;
    this.generation = 0;
  }

  open() {
    if (this.running) return;
    this.running = true;
    this.failures = 0;
    void this.#stream(++this.generation);
  }

  close() {
    this.running = false;
    this.generation += 1;
    this.abort?.abort();
    this.tools.clearTimeout(this.timer);
    this.listener.connection("paused", false);
  }

  /**
   * Watch other topics: the stream starts again from where it stands.
   * @param {string[]} topics
   */
  watch(topics) {
    this.topics = topics;
    if (!this.running) return;
    this.generation += 1;
    this.abort?.abort();
    this.tools.clearTimeout(this.timer);
    void this.#stream(this.generation);
  }

  /** @param {number} generation */
  async #stream(generation) {
    const fresh = this.token === "";
    this.abort = new AbortController();
    let lived = false;
    try {
      const response = await this.tools.fetch(`${this.where.url}?topics=${encodeURIComponent(this.topics.join(","))}`, {
        headers: { Accept: "text/event-stream", ...(fresh ? {} : { "Last-Event-ID": this.token }) },
        credentials: "same-origin",
        cache: "no-store",
        signal: this.abort.signal,
      });
      if (generation !== this.generation) return;
      if (this.#gone(response)) {
        await response.text().catch(() => ""); // what nobody reads would keep the connection
        return;
      }
      if (
        !response.ok || !response.body || !(response.headers.get("content-type") ?? "").startsWith("text/event-stream")
      ) throw new Error(`stream answered ${response.status}`);
      lived = await this.#read(response.body, generation, fresh);
    } catch {
      if (generation !== this.generation) return;
    }
    if (generation !== this.generation || !this.running) return;
    if (lived) this.failures = 0;
    this.#again(generation, lived);
  }

  /**
   * @param {ReadableStream<Uint8Array>} body
   * @param {number} generation
   * @param {boolean} fresh
   */
  async #read(body, generation, fresh) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let lived = false;
    const feed = parser((event) => {
      if (generation !== this.generation) return;
      if (!lived) {
        lived = true;
        this.listener.connection("live", fresh);
      }
      this.#take(event);
    });
    try {
      for (;;) {
        const watchdog = this.tools.setTimeout(() => this.abort?.abort(), SILENCE);
        const { done, value } = await reader.read().finally(() => this.tools.clearTimeout(watchdog));
        if (done || generation !== this.generation) return lived;
        feed(decoder.decode(value, { stream: true }));
      }
    } catch {
      return lived;
    }
  }

  /** @param {{id: string | null, event: string, data: string}} event */
  #take(event) {
    if (event.event === "reload") this.listener.reload();
    else if (event.data && event.event === "change") this.#change(JSON.parse(event.data), event.id ?? this.token);
    else if (event.data && event.event === "state") this.listener.state(JSON.parse(event.data));
    if (event.id) this.#place(event.id);
  }

  /** @param {Change} change @param {string} token */
  #change(change, token) {
    if (change.event_id !== undefined) {
      if (this.seen.has(change.event_id)) return;
      this.seen.add(change.event_id);
      if (this.seen.size > REMEMBERED) this.seen.delete(/** @type {number} */ (this.seen.values().next().value));
    }
    this.listener.change(change, token);
  }

  /** @param {string} token */
  #place(token) {
    this.token = token;
    this.listener.token(token);
  }

  /** @param {Response} response */
  #gone(response) {
    if (!response.redirected && ![401, 403, 404].includes(response.status)) return false;
    this.running = false;
    this.listener.connection("signed-out", false);
    return true;
  }

  /** @param {number} generation @param {boolean} lived */
  #again(generation, lived) {
    if (!lived) this.failures += 1;
    if (this.failures >= 3) {
      this.streamAgainIn = TRY_STREAM_AGAIN;
      void this.#poll(generation);
      return;
    }
    if (!lived) this.listener.connection("reconnecting", false);
    const wait = lived
      ? 100 + this.tools.random() * 400
      : Math.min(15_000, 500 * 2 ** this.failures) * (0.5 + this.tools.random());
    this.timer = this.tools.setTimeout(
      () => generation === this.generation && this.running && void this.#stream(generation),
      wait,
    );
  }

  /** @param {number} generation */
  async #poll(generation) {
    const fresh = this.token === "";
    try {
      await this.#ask(fresh);
      if (generation !== this.generation || !this.running) return;
      this.listener.connection("polling", fresh);
    } catch {
      if (generation !== this.generation || !this.running) return;
      this.listener.connection("reconnecting", false);
    }
    this.streamAgainIn = (this.streamAgainIn ?? 0) - POLL_EVERY;
    const next = this.streamAgainIn <= 0 ? () => this.#stream(generation) : () => this.#poll(generation);
    this.timer = this.tools.setTimeout(() => generation === this.generation && this.running && void next(), POLL_EVERY);
  }

  /** One look at what happened since the token; also fills the gap of a page that was asleep. */
  async catchUp() {
    if (this.token !== "") await this.#ask(false);
  }

  /** @param {boolean} fresh */
  async #ask(fresh) {
    const since = fresh ? "" : `since=${encodeURIComponent(this.token)}&`;
    const response = await this.tools.fetch(
      `${this.where.changes}?${since}topics=${encodeURIComponent(this.topics.join(","))}`,
      {
        headers: { Accept: "application/json", ...(this.etag ? { "If-None-Match": this.etag } : {}) },
        credentials: "same-origin",
        cache: "no-store",
      },
    );
    if (this.#gone(response) || response.status === 304) return;
    if (!response.ok) throw new Error(`changes answered ${response.status}`);
    this.etag = response.headers.get("etag") ?? "";
    const body = await response.json();
    if (body.reload) this.listener.reload();
    for (const change of body.changes ?? []) this.#change(change, body.token);
    for (const state of body.states ?? []) this.listener.state(state);
    if (body.token) this.#place(body.token);
  }
}
