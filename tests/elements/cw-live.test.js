import assert from "node:assert/strict";
import { test } from "node:test";
import { page, settle, until } from "./dom.js";

page();
const { CwLive, topicsOf, watched } = await import("../../src/cutwater/web/static/elements/cw-live.js");

const change = (more = {}) => ({
  event_id: Math.random(),
  name: "release.moved",
  subject: "release:1",
  context: null,
  key: "R-1",
  headline: "",
  actor: { kind: "user", id: null, name: "" },
  at: "",
  data: {},
  ...more,
});

/** Tabs of one browser: their channels and locks meet here. */
function browser() {
  const channels = new Set();
  globalThis.BroadcastChannel = class {
    constructor() {
      this.listeners = [];
      channels.add(this);
    }
    addEventListener(_name, run) {
      this.listeners.push(run);
    }
    postMessage(data) {
      for (const each of channels) {
        if (each !== this) {
          for (const run of each.listeners) queueMicrotask(() => run({ data: structuredClone(data) }));
        }
      }
    }
    close() {
      channels.delete(this);
    }
  };
  const queue = [];
  let held = false;
  const next = async () => {
    if (held || !queue.length) return;
    held = true;
    const { run, done } = queue.shift();
    await run();
    held = false;
    done();
    void next();
  };
  globalThis.navigator.locks = {
    request: (_name, { signal }, run) =>
      new Promise((done, fail) => {
        const entry = { run, done };
        queue.push(entry);
        signal.addEventListener("abort", () => {
          const at = queue.indexOf(entry);
          if (at >= 0) queue.splice(at, 1);
          fail(new Error("aborted"));
        });
        void next();
      }),
  };
}

/** Scripted streams: each open connection can be fed. */
function lines() {
  const open = [];
  globalThis.fetch = async (url, options) => {
    let control;
    const body = new ReadableStream({ start: (given) => (control = given) });
    const line = {
      url,
      since: options.headers["Last-Event-ID"] ?? null,
      closed: false,
      send: (text) => control.enqueue(new TextEncoder().encode(text)),
    };
    options.signal?.addEventListener("abort", () => {
      line.closed = true;
      try {
        control.error(new Error("aborted"));
      } catch { /* it had ended */ }
    });
    open.push(line);
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  return open;
}

function tab() {
  const live = document.createElement("cw-live");
  live.dataset.url = "/live";
  live.dataset.changes = "/changes";
  document.body.append(live);
  return live;
}

const frame = (data, id) => `id: ${id}\nevent: change\ndata: ${JSON.stringify(data)}\n\n`;

test("a change belongs to its subject, its context, the plural of both, and one's inbox", () => {
  assert.deepEqual(topicsOf(change({ context: "run:2" })), ["release:1", "releases", "run:2", "runs"]);
  assert.deepEqual(topicsOf(change({ subject: "dependency:1" })), ["dependency:1", "dependencies"]);
  assert.deepEqual(topicsOf(change({ subject: "inbox:7" })), ["inbox:7", "inboxes", "inbox"]);
});

test("a page watches every topic in it, once", () => {
  page('<i data-topic="run:1 releases"></i><b data-topic="releases"></b>');
  assert.deepEqual(watched(), ["releases", "run:1"]);
});

test("two tabs share one stream, and both hear of the change", async () => {
  page('<i data-topic="releases"></i>');
  browser();
  const open = lines();
  const [first, second] = [tab(), tab()];
  await settle(5);
  assert.equal(open.length, 1);
  const heard = [];
  document.addEventListener("cw:change", (event) => heard.push(event.detail.key));
  open[0].send("id: t1\n\n" + frame(change(), "t2"));
  await settle(5);
  assert.deepEqual(heard, ["R-1", "R-1"]);
  assert.equal(second.token, "t2");
  first.remove();
  await settle(5);
  assert.equal(open[0].closed, true);
  assert.equal(open.length, 2, "the other tab took over");
  assert.equal(open[1].since, "t2", "from where the first one stood");
  second.remove();
});

test("a topic that another tab brings is watched too", async () => {
  page('<i data-topic="releases"></i>');
  browser();
  const open = lines();
  const first = tab();
  await settle(5);
  open[0].send("id: t1\n\n");
  await settle(5);
  document.body.insertAdjacentHTML("beforeend", '<i data-topic="run:1"></i>');
  const second = tab();
  await settle(5);
  assert.equal(open.length, 2);
  assert.match(decodeURIComponent(open[1].url), /releases,run:1/);
  assert.equal(open[1].since, "t1");
  first.remove();
  second.remove();
});

test("changes that come together refresh a block once, and only the blocks that asked", async () => {
  page(
    '<i data-topic="releases"></i><section id="a" data-refresh-on="release:1"></section><section id="b" data-refresh-on="release:2"></section>',
  );
  browser();
  const open = lines();
  const live = tab();
  await settle(5);
  const refreshed = [];
  for (const id of ["a", "b"]) document.getElementById(id).addEventListener("cw:changed", () => refreshed.push(id));
  open[0].send("id: t1\n\n" + [1, 2, 3].map((at) => frame(change(), `t${at + 1}`)).join(""));
  await until(() => refreshed.length);
  await settle();
  assert.deepEqual(refreshed, ["a"]);
  live.remove();
});

test("a hidden page lets its stream go, and takes it up again where it was", async () => {
  page('<i data-topic="releases"></i>');
  browser();
  const open = lines();
  const live = tab();
  await settle(5);
  open[0].send("id: t1\n\n");
  await settle(5);
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
  await settle(5);
  assert.equal(open[0].closed, true);
  Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
  await settle(5);
  assert.equal(open[1].since, "t1");
  live.remove();
});

test("the state of the connection is said in words", async () => {
  page("<p data-connection hidden><span data-connection-text></span></p>");
  browser();
  globalThis.fetch = async () => {
    throw new Error("no route");
  };
  const live = tab();
  await settle(10);
  const shown = document.querySelector("[data-connection]");
  assert.equal(shown.dataset.state, "reconnecting");
  assert.equal(shown.hidden, false);
  assert.match(shown.textContent, /Reconnecting/);
  live.remove();
  assert.ok(live instanceof CwLive);
});

test("a part that refreshes on a topic watches it without naming it twice", () => {
  document.body.innerHTML = '<p data-refresh-on="releases freezes"></p><p data-topic="runs releases"></p>';
  assert.deepEqual(watched(), ["freezes", "releases", "runs"]);
});
