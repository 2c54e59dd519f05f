import assert from "node:assert/strict";
import { test } from "node:test";
import { page, press, server, settle } from "./dom.js";

page();
const { post, reasons, toast, fill } = await import("../../src/cutwater/web/static/elements/core.js");
const { matching } = await import("../../src/cutwater/web/static/elements/cw-palette.js");
const { reading } = await import("../../src/cutwater/web/static/elements/cw-clock.js");
await import("../../src/cutwater/web/static/elements/cw-keys.js");
const { theme } = await import("../../src/cutwater/web/static/elements/cw-chart.js");

test("a post brings the answer, or the refusal as a value", async () => {
  server(() => ({ json: { done: 1 } }));
  assert.deepEqual(await post("/x", { a: "1" }), { data: { done: 1 }, refusal: null });
  server(() => ({
    status: 400,
    json: { error: { message: "No.", obstacles: [], details: [{ field: "a", message: "Fill this in." }] } },
  }));
  const { refusal } = await post("/x", {});
  assert.equal(refusal.status, 400);
  assert.match(reasons(refusal).textContent, /Fill this in\./);
  server(() => ({ status: 502, text: "<h1>bad gateway</h1>" }));
  assert.match((await post("/x", {})).refusal.message, /answered 502\. Nothing was changed/);
});

test("words from the server are never parsed as HTML", () => {
  page('<div id="toasts"></div>');
  toast("<img src=x onerror=alert(1)>", "bad", {
    status: 409,
    message: "",
    obstacles: [{ code: "a", text: "<script>1</script>", hint: "<b>x</b>" }],
    details: [],
  });
  assert.equal(document.querySelector("#toasts img, #toasts script, #toasts b"), null);
  assert.match(document.querySelector("#toasts").textContent, /<script>1<\/script>/);
});

test("keys are put into addresses safely", () => {
  assert.equal(
    fill("/o/bank/steps/{code}/{verb}", { code: "A/1 ö", verb: "start" }),
    "/o/bank/steps/A%2F1%20%C3%B6/start",
  );
});

test("the palette finds commands by the beginnings of their words", () => {
  const all = [{ title: "Go to Releases", path: "/a" }, { title: "New release", path: "/b" }, {
    title: "Go to Runs",
    path: "/c",
  }];
  assert.deepEqual(matching(all, "rel").map((each) => each.path), ["/a", "/b"]);
  assert.deepEqual(matching(all, "go ru").map((each) => each.path), ["/c"]);
  assert.deepEqual(matching(all, ""), all);
  assert.deepEqual(matching(all, "elease"), []);
});

test("a clock shows a zone's time, what has passed, and what is left", () => {
  const now = new Date("2026-11-20T02:15:00Z");
  assert.equal(reading({ zone: "Europe/Zurich", label: "Zurich" }, now), "03:15 Zurich");
  assert.equal(reading({ since: "2026-11-20T00:05:00Z" }, now), "2h 10m");
  assert.equal(reading({ until: "2026-11-20T02:00:00Z" }, now), "−15m");
});

test("j and k walk the links of a list, / without a field of its own finds everything", () => {
  page(
    '<cw-keys></cw-keys><a id="find" data-palette href="#f">Find</a><main><table class="table"><tbody><tr><td><a id="one" href="#1">1</a></td></tr><tr><td>no link</td></tr><tr><td class="title"><a id="two" href="#2">2</a></td></tr></tbody></table></main>',
  );
  let found = 0;
  document.getElementById("find").addEventListener("click", (event) => {
    event.preventDefault();
    found += 1;
  });
  for (const [key, id] of [["j", "one"], ["j", "two"], ["j", "two"], ["k", "one"]]) {
    press(key);
    assert.equal(document.activeElement.id, id);
  }
  press("/");
  assert.equal(found, 1);
});

test("single keys and sequences reach what is marked with them", () => {
  page(
    '<cw-keys></cw-keys><a id="r" href="#r" data-key="g r">Runs</a><button id="c" data-key="c">New</button><input id="s" data-key="/" placeholder="Search"><a id="k" href="#k" data-key="mod+k">Find</a>',
  );
  const hit = [];
  for (const id of ["r", "c", "k"]) document.getElementById(id).addEventListener("click", () => hit.push(id));
  press("g");
  press("r");
  press("c");
  press("k", { ctrlKey: true });
  assert.deepEqual(hit, ["r", "c", "k"]);
  press("/");
  assert.equal(document.activeElement.id, "s");
  press("c");
  assert.deepEqual(hit, ["r", "c", "k"], "typed into the field");
  document.activeElement.blur();
  document.documentElement.dataset.keys = "off";
  press("c");
  press("k", { metaKey: true });
  assert.deepEqual(hit, ["r", "c", "k", "k"], "only with a modifier when single keys are off");
  delete document.documentElement.dataset.keys;
});

test("a sequence is forgotten after a while, and a lone g does nothing", async () => {
  page('<cw-keys></cw-keys><a id="r" href="#r" data-key="g r">Runs</a>');
  let hit = 0;
  document.getElementById("r").addEventListener("click", () => (hit += 1));
  press("g");
  press("x");
  press("r");
  await settle();
  assert.equal(hit, 0);
});

test("charts take their colours from the page", () => {
  const config = theme((name) => `colour of ${name}`);
  assert.equal(config.range.category.length, 8);
  assert.equal(config.axis.labelColor, "colour of --muted");
});
