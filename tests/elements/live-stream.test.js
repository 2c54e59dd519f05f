import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveStream, parser } from "../../src/cutwater/web/static/elements/live-stream.js";

const change = (id, more = {}) => ({
  event_id: id,
  name: "step.started",
  subject: "step:1",
  context: "run:1",
  key: "A-1",
  headline: "",
  actor: { kind: "user", id: null, name: "" },
  at: "",
  data: {},
  ...more,
});
const frame = (name, data, id) => `${id ? `id: ${id}\n` : ""}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** A stream of text pieces as a response; ends, or breaks, after the last. */
function streaming(pieces, { breaks = false, hangs = false } = {}) {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    async start(control) {
      for (const piece of pieces) {
        control.enqueue(encoder.encode(piece));
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (breaks) control.error(new Error("the line broke"));
      else if (!hangs) control.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** A stream client against scripted answers, with timers that we turn by hand. */
function client(answers, token = "") {
  const told = { changes: [], states: [], connections: [], tokens: [], reloads: 0 };
  const asked = [];
  const timers = [];
  const stream = new LiveStream({ url: "/live", changes: "/changes", topics: ["run:1"], token }, {
    change: (each) => told.changes.push(each.event_id),
    state: (each) => told.states.push(each),
    connection: (state, fresh) => told.connections.push(fresh ? `${state} fresh` : state),
    token: (each) => told.tokens.push(each),
    reload: () => (told.reloads += 1),
  }, {
    fetch: async (url, options) => {
      asked.push({
        url,
        since: options.headers["Last-Event-ID"] ?? null,
        etag: options.headers["If-None-Match"] ?? null,
      });
      const answer = answers.shift();
      if (answer === undefined) return streaming([], { hangs: true });
      if (answer instanceof Error) throw answer;
      return answer;
    },
    setTimeout: (run, ms) => {
      const timer = { run, ms, off: false };
      timers.push(timer);
      return timer;
    },
    clearTimeout: (timer) => timer && (timer.off = true),
    random: () => 0.5,
  });
  const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
  const turn = async () => {
    const due = timers.splice(0).filter((timer) => !timer.off && timer.ms < 40_000);
    for (const timer of due) timer.run();
    await pause();
    return due.map((timer) => timer.ms);
  };
  return { stream, told, asked, turn, pause };
}

const json = (body, headers = {}) =>
  new Response(JSON.stringify(body), { headers: { "content-type": "application/json", ...headers } });

test("events come apart anywhere and are put together again", () => {
  const text =
    ': hello\nretry: 2000\nid: t1\n\nid: t2\nevent: change\ndata: {"a":\ndata: 1}\n\r\nevent: x\r\ndata: é\r\n\r\n';
  for (let cut = 1; cut < text.length; cut += 1) {
    const found = [];
    const feed = parser((each) => found.push(each));
    feed(text.slice(0, cut));
    feed(text.slice(cut));
    assert.deepEqual(found, [
      { id: "t1", event: "message", data: "" },
      { id: "t2", event: "change", data: '{"a":\n1}' },
      { id: null, event: "x", data: "é" },
    ], `cut at ${cut}`);
  }
});

test("a first connection is fresh and learns its place", async () => {
  const { stream, told, asked, pause } = client([streaming(["retry: 2000\nid: t1\n\n"], { hangs: true })]);
  stream.open();
  await pause();
  assert.deepEqual(told.connections, ["live fresh"]);
  assert.equal(stream.token, "t1");
  assert.equal(asked[0].since, null);
  assert.equal(asked[0].url, "/live?topics=run%3A1");
});

test("a dropped stream resumes from the last whole batch, and nothing is seen twice", async () => {
  const first = "id: t1\n\n" + frame("change", change(1), "t2") + frame("change", change(2));
  const second = frame("change", change(2)) + frame("change", change(3), "t3");
  const { stream, told, asked, turn, pause } = client([
    streaming([first], { breaks: true }),
    streaming([second], { hangs: true }),
  ]);
  stream.open();
  await pause();
  assert.equal(stream.token, "t2", "the cut batch moved nothing");
  await turn();
  assert.equal(asked[1].since, "t2");
  assert.deepEqual(told.changes, [1, 2, 3]);
  assert.equal(stream.token, "t3");
});

test("a stream that the server ends in good order starts again at once, without a word", async () => {
  const { stream, told, turn, pause } = client([streaming(["id: t1\n\n"]), streaming(["id: t1\n\n"], { hangs: true })]);
  stream.open();
  await pause();
  const [wait] = await turn();
  assert.ok(wait < 1000);
  assert.ok(!told.connections.includes("reconnecting"));
});

test("failures wait longer each time, then polling takes over, and the stream is tried again later", async () => {
  const broken = () => new Error("no route");
  const polls = Array.from(
    { length: 12 },
    (_, at) =>
      json({ token: `p${at}`, changes: at === 1 ? [change(7)] : [], states: [], reload: false }, { etag: `"e${at}"` }),
  );
  const { stream, told, asked, turn, pause } = client([
    broken(),
    broken(),
    broken(),
    ...polls,
    streaming(["id: t9\n\n"], { hangs: true }),
  ], "t0");
  stream.open();
  await pause();
  const waits = [];
  for (let at = 0; at < 2; at += 1) waits.push(...(await turn()));
  assert.deepEqual(waits, [1000, 2000]);
  assert.equal(told.connections.at(-1), "polling");
  for (let at = 0; at < 12; at += 1) await turn();
  assert.deepEqual(told.changes, [7]);
  assert.ok(asked[4].url.startsWith("/changes?since=p0&topics="), asked[4].url);
  assert.equal(asked[4].etag, '"e0"');
  assert.equal(told.connections.at(-1), "live");
  assert.equal(stream.token, "t9");
});

test("a poll that finds nothing new answers 304 and moves nothing", async () => {
  const broken = new Error("no route");
  const { stream, told, turn, pause } = client([broken, broken, broken, new Response(null, { status: 304 })], "t5");
  stream.open();
  await pause();
  await turn();
  await turn();
  assert.equal(stream.token, "t5");
  assert.equal(told.connections.at(-1), "polling");
});

test("a gap too long to tell asks for a reload", async () => {
  const { stream, told, pause } = client([streaming(["id: t1\n\nevent: reload\ndata: {}\n\n"], { hangs: true })], "t0");
  stream.open();
  await pause();
  assert.equal(told.reloads, 1);
});

test("states are handed on as they are", async () => {
  const { stream, told, pause } = client([
    streaming([frame("state", { topic: "run:1", run: { done: 3 } }, "t2")], { hangs: true }),
  ], "t1");
  stream.open();
  await pause();
  assert.deepEqual(told.states, [{ topic: "run:1", run: { done: 3 } }]);
});

test("other topics start the stream again from where it stands", async () => {
  const { stream, told, asked, pause } = client([
    streaming(["id: t1\n\n" + frame("change", change(1), "t2")], { hangs: true }),
    streaming([frame("change", change(2), "t3")], { hangs: true }),
  ]);
  stream.open();
  await pause();
  stream.watch(["releases", "run:1"]);
  await pause();
  assert.equal(asked[1].url, "/live?topics=releases%2Crun%3A1");
  assert.equal(asked[1].since, "t2");
  assert.deepEqual(told.changes, [1, 2]);
});

test("somebody who was signed out is not asked again and again", async () => {
  const { stream, told, turn, pause } = client([new Response("", { status: 401 })]);
  stream.open();
  await pause();
  assert.deepEqual(told.connections, ["signed-out"]);
  assert.deepEqual(await turn(), []);
});

test("a closed stream stays closed", async () => {
  const { stream, asked, turn, pause } = client([streaming(["id: t1\n\n"])]);
  stream.open();
  stream.close();
  await pause();
  await turn();
  assert.equal(asked.length, 1);
});

test("a page that slept asks once for what it missed", async () => {
  const { stream, told } = client([
    json({ token: "t8", changes: [change(4), change(5)], states: [{ topic: "run:1" }], reload: false }),
  ], "t3");
  await stream.catchUp();
  assert.deepEqual(told.changes, [4, 5]);
  assert.equal(told.states.length, 1);
  assert.equal(stream.token, "t8");
});
