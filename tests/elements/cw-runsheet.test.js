import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { page, press, server, settle } from "./dom.js";
import { attributes, table } from "./runsheet-table.js";

page();
await import("../../src/cutwater/web/static/elements/cw-runsheet.js");
const { clock, span } = await import("../../src/cutwater/web/static/elements/sheet-rows.js");

const row = (code, status, more = "") =>
  `<tr id="step-${code}" data-step="${code}" data-code="${code}" data-revision="2" data-status="${status}" data-phase-of="p1" data-mine ${
    status === "READY" ? "data-startable" : ""
  } ${more} tabindex="-1">
  <td><a href="#${code}">${code}</a></td><td class="c-title">Title of ${code}</td><td data-cell="status">${status}</td><td data-cell="forecast_end">03:00</td><td data-cell="started_at"></td><td data-cell="slack_minutes">5m</td><td data-cell="late_minutes"></td>
  <td data-cell="act">${
    status === "READY" ? `<button name="start" value="${code}" data-verb="start">Start</button>` : ""
  }</td></tr>`;
const step = (code) => document.getElementById(`step-${code}`);
const cell = (code, name) => step(code).querySelector(`[data-cell="${name}"]`).textContent;
const tell = (detail) => document.dispatchEvent(new CustomEvent("cw:state", { detail: { topic: "run:1", ...detail } }));
const focused = () => document.activeElement?.closest?.("tr")?.dataset.code;
const shown = () =>
  [...document.querySelectorAll("tr[data-step]")].filter((each) => !each.hidden).map((each) => each.dataset.code);

beforeEach(async () => {
  page(
    `<b data-counter="startable">2</b><span data-run-cell="forecast_end"></span><progress data-run-cell="done" max="4" value="1"></progress>
  <cw-runsheet data-run="1" data-topic="run:1" data-state-url="/state" data-verb-url="/steps/{code}/{verb}" data-state="RUNNING" data-zone="Europe/Zurich" data-day="2026-11-20" ${attributes}>
    <div><button type="button" data-filter="startable" aria-pressed="false"></button><button type="button" data-filter="mine" aria-pressed="false"></button><button type="button" data-filter="late" aria-pressed="false"></button><button type="button" data-filter="done" aria-pressed="false"></button><button type="button" data-filter="all" aria-pressed="true"></button><input data-sheet-search></div>
    <section class="sheet-section"><h3 data-phase="p1"><span data-phase-done>1</span>/<span data-phase-total>4</span></h3><table><tbody>${
      row("A-1", "COMPLETED")
    }${row("A-2", "READY")}${row("A-3", "PENDING")}</tbody></table></section>
    <section class="sheet-section" id="second"><table><tbody>${
      row("B-1", "READY", 'data-late="4"').replace("data-mine", "")
    }</tbody></table></section>
  </cw-runsheet>`,
  );
  await settle();
});

test("a state frame patches rows and figures in place, without moving anything", () => {
  server(() => ({}));
  const order = shown();
  step("A-2").focus();
  tell({
    run: { id: "1", forecast_end: "2026-11-21T02:30:00Z", done: 2, counters: { startable: 1 } },
    steps: {
      "A-2": { status: "IN_PROGRESS", started_at: "2026-11-20T02:15:00Z", revision: 3, by: "Mara" },
      "A-3": { forecast_end: "2026-11-20T23:30:00Z", slack_minutes: -5, late_minutes: 12, critical: true },
    },
  });
  assert.match(cell("A-2", "status"), /In progress/);
  assert.equal(cell("A-2", "started_at"), "03:15");
  assert.equal(step("A-2").querySelector('[data-cell="status"]').title, "by Mara");
  assert.equal(cell("A-3", "forecast_end"), "Sat 00:30");
  assert.equal(cell("A-3", "slack_minutes"), "−5m");
  assert.equal(cell("A-3", "late_minutes"), "+12m");
  assert.equal(step("A-3").dataset.late, "12");
  assert.ok(step("A-3").hasAttribute("data-critical"));
  assert.equal(step("A-3").dataset.status, "PENDING", "what was left out stays");
  assert.equal(document.querySelector("[data-counter]").textContent, "1");
  assert.equal(document.querySelector("span[data-run-cell]").textContent, "Sat 03:30");
  assert.equal(document.querySelector("progress").value, 2);
  assert.deepEqual(shown(), order);
  assert.equal(focused(), "A-2");
});

test("a run that is paused has no buttons, and gets them back", () => {
  tell({ run: { id: "1", status: "PAUSED" }, steps: { "A-2": { startable: false, revision: 2 } } });
  assert.equal(document.querySelectorAll("tr button").length, 0);
  tell({ run: { id: "1", status: "RUNNING" }, steps: { "A-2": { startable: true, revision: 2 } } });
  assert.equal(step("A-2").querySelector("button").name, "start");
});

test("an older frame than the row is ignored", () => {
  tell({ steps: { "A-2": { status: "COMPLETED", revision: 5 } } });
  tell({ steps: { "A-2": { status: "READY", revision: 4 } } });
  assert.equal(step("A-2").dataset.status, "COMPLETED");
});

test("a frame of another run changes nothing", () => {
  document.dispatchEvent(
    new CustomEvent("cw:state", {
      detail: { topic: "run:2", run: { id: "2" }, steps: { "A-2": { status: "FAILED" } } },
    }),
  );
  assert.equal(step("A-2").dataset.status, "READY");
});

test("the button follows the state, for those who may act", () => {
  tell({ steps: { "A-2": { status: "IN_PROGRESS" }, "A-3": { status: "READY" }, "B-1": { status: "IN_PROGRESS" } } });
  assert.equal(step("A-2").querySelector("button").name, "finish");
  assert.equal(step("A-3").querySelector("button").name, "start");
  assert.equal(step("B-1").querySelector("button"), null, "another team's step");
  tell({ steps: { "A-2": { status: "COMPLETED" } } });
  assert.equal(step("A-2").querySelector("button"), null);
});

test("the done count of a phase follows its steps", () => {
  tell({ steps: { "A-2": { status: "COMPLETED" }, "A-3": { status: "SKIPPED" } } });
  assert.equal(document.querySelector("[data-phase-done]").textContent, "3");
});

test("the filter of what is done shows what counts as done, in every state", () => {
  for (const state of Object.keys(table.states)) {
    tell({ steps: { "A-3": { status: state } } });
    document.querySelector('[data-filter="done"]').click();
    assert.equal(shown().includes("A-3"), table.states[state].done, state);
    document.querySelector('[data-filter="all"]').click();
  }
});

test("a cancelled step leaves the total of its phase, and is drawn as the server's table says", () => {
  tell({ steps: { "A-3": { status: "CANCELLED" } } });
  assert.equal(document.querySelector("[data-phase-done]").textContent, "1");
  assert.equal(document.querySelector("[data-phase-total]").textContent, "3");
  assert.match(cell("A-3", "status"), /Cancelled/);
});

test("space starts a startable step at once, and the answer fills the row", async () => {
  let answer;
  const asked = server(() => new Promise((resolve) => (answer = resolve)));
  step("A-2").focus();
  press(" ");
  await settle();
  assert.equal(step("A-2").dataset.status, "IN_PROGRESS", "before the server answered");
  assert.equal(asked[0].url, "/steps/A-2/start");
  assert.deepEqual(asked[0].fields, { revision: "2" });
  answer({ json: { step: { id: "A-2", status: "IN_PROGRESS", started_at: "2026-11-20T02:15:00Z", revision: 3 } } });
  await settle(5);
  assert.equal(cell("A-2", "started_at"), "03:15");
  assert.equal(step("A-2").dataset.revision, "3");
  assert.equal(focused(), "A-2");
  press(" ");
  await settle();
  assert.equal(asked[1].url, "/steps/A-2/finish");
});

test("a refused start is taken back with the reason under the row, and who was first is asked for", async () => {
  const asked = server((url) =>
    url === "/state"
      ? { json: { steps: { "A-2": { status: "IN_PROGRESS", by: "Jonas", revision: 3 } } } }
      : {
        status: 409,
        json: {
          error: {
            message: "Jonas started it.",
            obstacles: [{ code: "stale", text: "Jonas started it at 03:14." }],
            details: [],
          },
        },
      }
  );
  step("A-2").focus();
  press(" ");
  await settle(10);
  const said = step("A-2").nextElementSibling;
  assert.ok(said.classList.contains("row-refusal"));
  assert.match(said.textContent, /Jonas started it at 03:14\./);
  assert.equal(asked.at(-1).url, "/state");
  assert.equal(step("A-2").dataset.status, "IN_PROGRESS");
  assert.match(cell("A-2", "status"), /In progress/);
});

test("a start that did not reach the server leaves the row as it was", async () => {
  globalThis.fetch = async () => {
    throw new Error("no route");
  };
  step("A-2").focus();
  press(" ");
  await settle(5);
  assert.equal(step("A-2").dataset.status, "READY");
  assert.equal(cell("A-2", "status"), "READY");
});

test("live frames do not fight with a verb that is on its way", async () => {
  let answer;
  server(() => new Promise((resolve) => (answer = resolve)));
  step("A-2").focus();
  press(" ");
  await settle();
  tell({ steps: { "A-2": { status: "READY", revision: 2 } } });
  assert.equal(step("A-2").dataset.status, "IN_PROGRESS");
  answer({ json: { step: { status: "IN_PROGRESS", revision: 3 } } });
  await settle(5);
});

test("j and k walk, n jumps to the next startable, and round again", () => {
  server(() => ({}));
  step("A-1").focus();
  press("j");
  assert.equal(focused(), "A-2");
  press("j");
  press("j");
  press("j");
  assert.equal(focused(), "B-1", "stays at the end");
  press("k");
  assert.equal(focused(), "A-3");
  press("n");
  assert.equal(focused(), "B-1");
  press("n");
  assert.equal(focused(), "A-2");
});

test("keys keep quiet while somebody types, and outside the sheet when single keys are off", () => {
  server(() => ({}));
  const search = document.querySelector("[data-sheet-search]");
  search.focus();
  assert.equal(press("j").defaultPrevented, false);
  document.documentElement.dataset.keys = "off";
  search.blur();
  assert.equal(press("n").defaultPrevented, false);
  delete document.documentElement.dataset.keys;
  assert.equal(press("n").defaultPrevented, true);
});

test("filters add up, empty sections go, and a live change does not pull a row away", () => {
  const click = (name) => document.querySelector(`[data-filter="${name}"]`).click();
  click("startable");
  assert.deepEqual(shown(), ["A-2", "B-1"]);
  click("mine");
  assert.deepEqual(shown(), ["A-2"]);
  assert.ok(document.getElementById("second").classList.contains("none"));
  tell({ steps: { "A-2": { status: "IN_PROGRESS" } } });
  assert.deepEqual(shown(), ["A-2"], "stays until somebody asks");
  click("all");
  assert.equal(shown().length, 4);
  assert.equal(document.querySelector('[data-filter="mine"]').getAttribute("aria-pressed"), "false");
});

test("the search looks into every word of a row", () => {
  const search = document.querySelector("[data-sheet-search]");
  search.value = "title of b";
  search.dispatchEvent(new Event("input", { bubbles: true }));
  assert.deepEqual(shown(), ["B-1"]);
});

test("after a gap the whole state is asked for", async () => {
  server(() => ({ json: { run: { id: "1" }, steps: { "A-3": { status: "READY", revision: 3 } } } }));
  document.dispatchEvent(new CustomEvent("cw:connection", { detail: { state: "live", fresh: true } }));
  await settle(5);
  assert.equal(step("A-3").dataset.status, "READY");
});

test("clock and span write what the server writes", () => {
  assert.equal(clock("2026-11-20T02:15:00Z", "Europe/Zurich", "2026-11-20"), "03:15");
  assert.equal(clock("2026-11-19T22:15:00Z", "Europe/Zurich", "2026-11-20"), "Thu 23:15");
  assert.equal(clock("2026-11-20T23:00:00Z", "Europe/Zurich", "2026-11-20"), "Sat 00:00");
  assert.equal(clock("2026-11-26T23:00:00Z", "Europe/Zurich", "2026-11-20"), "27 Nov 00:00");
  assert.equal(clock(null, "UTC", ""), "");
  assert.deepEqual([0, 45, 60, 135, 1680, 1685, -5, -0.4].map(span), [
    "0m",
    "45m",
    "1h",
    "2h 15m",
    "1d 4h",
    "1d 4h",
    "−5m",
    "0m",
  ]);
});
