import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { page, press, server, settle } from "./dom.js";
import { attributes } from "./runsheet-table.js";

page();
await import("../../src/cutwater/web/static/elements/cw-runsheet.js");

const row = (code, status) =>
  `<tr id="step-${code}" data-step="${code}" data-code="${code}" data-revision="1" data-status="${status}" ${
    status === "READY" ? "data-startable" : ""
  } tabindex="-1"><td>${code}</td><td data-cell="status">${status}</td></tr>`;
const part = (head, ...rows) =>
  `<section class="sheet-section">${
    head ? `<h2 class="sheet-phase">${head}</h2>` : ""
  }<form><table class="sheet"><thead class="sr-only"><tr><th class="c-code">Code</th></tr></thead><tbody>${
    rows.join("")
  }</tbody></table></form></section>`;
const folded = () =>
  [...document.querySelectorAll(".sheet-section form")].map((each) => each.getAttribute("hidden") === "until-found");

beforeEach(async () => {
  server(() => ({}));
  page(
    `<cw-runsheet data-run="1" data-topic="run:1" ${attributes}><div class="sheet-bar"><button type="button" data-filter="all" aria-pressed="true"></button><button type="button" data-filter="done" aria-pressed="false"></button></div>
    ${part("First", row("A-1", "COMPLETED"))}${part("", row("A-2", "SKIPPED"))}${
      part("Second", row("B-1", "COMPLETED"), row("B-2", "READY"))
    }</cw-runsheet>`,
  );
  await settle();
});

test("phases that are done are folded, over all their sections, and stay findable", () => {
  assert.deepEqual(folded(), [true, true, false]);
  assert.equal(document.querySelector(".fold").getAttribute("aria-expanded"), "false");
});

test("a click on the phase opens it, and folds it again", () => {
  document.querySelector(".fold").click();
  assert.deepEqual(folded(), [false, false, false]);
  document.querySelector(".sheet-phase").click();
  assert.deepEqual(folded(), [true, true, false]);
});

test("the browser's own search opens what it finds", () => {
  document.querySelector("form").dispatchEvent(new Event("beforematch", { bubbles: true }));
  assert.deepEqual(folded(), [false, false, false]);
});

test("j walks over rows that are shown, and a filter opens what it needs", () => {
  document.body.focus();
  press("j");
  assert.equal(document.activeElement.dataset.code, "B-1");
  document.querySelector('[data-filter="done"]').click();
  assert.deepEqual(folded(), [false, false, false]);
});

test("a phase that is finished while somebody looks is not folded under the cursor", () => {
  document.dispatchEvent(
    new CustomEvent("cw:state", { detail: { topic: "run:1", steps: { "B-2": { status: "COMPLETED" } } } }),
  );
  assert.deepEqual(folded(), [true, true, false]);
});

test("what ended before the first open step of a phase is folded, until somebody asks or filters", async () => {
  page(
    `<cw-runsheet data-run="1" data-topic="run:1" ${attributes}><div class="sheet-bar"><button type="button" data-filter="done" aria-pressed="false"></button></div>
    ${
      part(
        "Now",
        row("A-1", "COMPLETED"),
        row("A-2", "SKIPPED"),
        row("A-3", "COMPLETED"),
        row("A-4", "READY"),
        row("A-5", "COMPLETED"),
      )
    }</cw-runsheet>`,
  );
  await settle();
  const past = () => [...document.querySelectorAll("tr.past")].map((each) => each.dataset.code);
  assert.deepEqual(past(), ["A-1", "A-2", "A-3"]);
  assert.equal(document.querySelector("button.past").textContent, "Show 3 done");
  press("j");
  assert.equal(document.activeElement.dataset.code, "A-4");
  document.querySelector("button.past").click();
  assert.deepEqual(past(), []);
  assert.ok(document.querySelector("button.past").hidden);
  assert.equal(document.querySelector(".fold").getAttribute("aria-expanded"), "true");
});

test("one head above all sections names the columns", () => {
  const heads = document.querySelectorAll(".sheet-head");
  assert.equal(heads.length, 1);
  assert.equal(heads[0].getAttribute("aria-hidden"), "true");
  assert.match(heads[0].textContent, /Code/);
});
