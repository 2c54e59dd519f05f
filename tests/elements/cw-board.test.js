import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { page, press, server, settle, until } from "./dom.js";

page();
await import("../../src/cutwater/web/static/elements/cw-board.js");

const card = (key, lane, revision = 3, title = "A boat", more = "") =>
  `<li class="card" id="card-${key}" data-card="${key}" data-lane-now="${lane}" data-revision="${revision}" data-moves="REVIEW STAGING" ${more} tabindex="-1"><a class="card-title" href="#${key}">${title}</a>
  <button type="button" popovertarget="menu-${key}">Move to…</button><div id="menu-${key}" popover><form method="post"><button name="target" value="STAGING">Staging</button></form></div></li>`;
const lane = (name, ...cards) =>
  `<section class="lane" data-lane="${name}" data-limit="2"><header><h2>${name}</h2><span data-count></span></header><ol class="cards">${
    cards.join("")
  }</ol></section>`;

let board;
const at = (key) => document.querySelector(`[data-card="${key}"]`)?.closest(".lane")?.dataset.lane;
const focused = () => document.activeElement?.closest?.(".card")?.dataset.card;
const keys = (name) => [...document.querySelectorAll(`[data-lane="${name}"] .card`)].map((each) => each.dataset.card);

beforeEach(async () => {
  page(
    `<div id="toasts"></div><cw-board data-move-url="/o/bank/releases/{key}/move" data-card-url="/o/bank/releases/{key}/card" data-kind="release" data-scene="freeze">
    ${lane("PLANNING", card("R-1", "PLANNING"), card("R-2", "PLANNING"))}${lane("REVIEW", card("R-3", "REVIEW"))}${
      lane("STAGING")
    }${lane("DONE", card("R-4", "DONE"))}</cw-board>`,
  );
  board = document.querySelector("cw-board");
  await settle();
});

test("one card is in the tab order, and arrows walk over cards and over empty lanes", () => {
  server(() => ({}));
  const inOrder = () => [...board.querySelectorAll('.card[tabindex="0"]')].map((each) => each.dataset.card);
  assert.deepEqual(inOrder(), ["R-1"]);
  document.querySelector("#card-R-1").focus();
  press("ArrowDown");
  assert.equal(focused(), "R-2");
  press("ArrowRight");
  assert.equal(focused(), "R-3");
  press("ArrowRight");
  assert.equal(focused(), "R-4");
  press("ArrowLeft");
  press("ArrowLeft");
  assert.equal(focused(), "R-1");
  assert.deepEqual(inOrder(), ["R-1"]);
});

test("shift and an arrow move the card at once, and the server is told what the card was", async () => {
  let answer;
  const asked = server((url) =>
    url.endsWith("/move") ? new Promise((resolve) => (answer = resolve)) : { text: card("R-1", "REVIEW", 4, "Fresh") }
  );
  document.querySelector("#card-R-1").focus();
  press("ArrowRight", { shiftKey: true });
  assert.equal(at("R-1"), "REVIEW", "before the server answered");
  assert.equal(focused(), "R-1");
  assert.deepEqual(asked[0].fields, { target: "REVIEW", revision: "3" });
  assert.equal(asked[0].url, "/o/bank/releases/R-1/move");
  assert.equal(asked[0].headers["X-CSRF-Token"], "token-1");
  answer({ json: { card: { key: "R-1", status: "REVIEW", revision: 4 } } });
  await until(() => /Fresh/.test(document.querySelector("#card-R-1").textContent));
  assert.equal(document.querySelector("#card-R-1").dataset.revision, "4");
  assert.match(document.querySelector("#card-R-1").textContent, /Fresh/);
  assert.equal(focused(), "R-1");
});

test("a refused move goes back to its place with every reason", async () => {
  const asked = server((url) =>
    url.endsWith("/move")
      ? {
        status: 409,
        json: {
          error: {
            message: "No.",
            obstacles: [{ code: "a", text: "An item is open.", hint: "Merge it.", cleared_by: "Mara" }, {
              code: "b",
              text: "Frozen.",
            }],
            details: [],
          },
        },
      }
      : { text: card("R-1", "PLANNING", 3) }
  );
  document.querySelector("#card-R-1").focus();
  press("ArrowRight", { shiftKey: true });
  await settle(20);
  assert.deepEqual(keys("PLANNING"), ["R-1", "R-2"]);
  const said = document.querySelector("#card-R-1 .card-refusal");
  assert.match(said.textContent, /An item is open\..*Merge it\. · Mara.*Frozen\./s);
  assert.equal(said.getAttribute("role"), "alert");
  assert.equal(focused(), "R-1");
  await until(() => asked.length === 2);
  await settle();
  assert.ok(document.querySelector("#card-R-1 .card-refusal"), "fresh card, same reasons");
});

test("a server that is away takes the move back as well", async () => {
  globalThis.fetch = async () => {
    throw new Error("no route");
  };
  document.querySelector("#card-R-1").focus();
  press("ArrowRight", { shiftKey: true });
  await settle(20);
  assert.equal(at("R-1"), "PLANNING");
  assert.match(document.querySelector("#card-R-1").textContent, /did not answer/);
});

test("space picks up, arrows choose, space drops, escape puts back", async () => {
  const asked = server(() => ({ json: { card: {} } }));
  document.querySelector("#card-R-1").focus();
  press(" ");
  press("ArrowRight");
  press("ArrowRight");
  assert.equal(document.querySelector('[data-lane="STAGING"]').dataset.drop, "yes");
  assert.equal(document.querySelector('[data-lane="DONE"]').dataset.drop, "no");
  press("Escape");
  assert.equal(asked.length, 0);
  assert.equal(document.querySelector('[data-lane="STAGING"]').dataset.drop, undefined);
  press(" ");
  press("ArrowRight");
  press(" ");
  assert.equal(at("R-1"), "REVIEW");
  assert.equal(asked[0].fields.target, "REVIEW");
  await settle(5);
});

test("m opens the menu of the card, and its choice moves like a drag", async () => {
  const asked = server(() => ({ json: { card: {} } }));
  let opened = 0;
  document.querySelector("#card-R-3 [popovertarget]").addEventListener("click", () => (opened += 1));
  document.querySelector("#card-R-3").focus();
  press("m");
  assert.equal(opened, 1);
  assert.equal(document.activeElement.value, "STAGING", "the first choice has the focus");
  const form = document.querySelector("#menu-R-3 form");
  const submit = new Event("submit", { bubbles: true, cancelable: true });
  Object.defineProperty(submit, "submitter", { value: form.querySelector("button") });
  form.dispatchEvent(submit);
  assert.equal(submit.defaultPrevented, true);
  assert.equal(at("R-3"), "STAGING");
  assert.equal(asked[0].fields.target, "STAGING");
  await settle(5);
});

test("keys typed into a field of a card do not walk", () => {
  server(() => ({}));
  document.querySelector("#card-R-1 a").setAttribute("tabindex", "0");
  document.querySelector("#card-R-1 a").focus();
  const event = press("ArrowDown");
  assert.equal(event.defaultPrevented, false);
});

test("somebody else's change brings the fresh card, where it now belongs", async () => {
  const asked = server(() => ({ text: card("R-3", "STAGING", 5, "Moved by Jonas") }));
  const change = { subject: "release:uuid", context: null, key: "R-3" };
  document.dispatchEvent(new CustomEvent("cw:change", { detail: change }));
  document.dispatchEvent(new CustomEvent("cw:change", { detail: change }));
  await until(() => at("R-3") === "STAGING");
  assert.equal(asked.length, 1, "asked once for changes that come together");
  assert.match(document.querySelector("#card-R-3").textContent, /Moved by Jonas/);
  assert.equal(document.querySelector('[data-lane="STAGING"] [data-count]').textContent, "1/2");
});

test("a card that is gone for us leaves the board, a new one comes at the end, other kinds do nothing", async () => {
  const asked = server((url) => url.includes("R-2") ? { status: 404, text: "" } : { text: card("R-9", "REVIEW") });
  for (const key of ["R-2", "R-9"]) {
    document.dispatchEvent(new CustomEvent("cw:change", { detail: { subject: "release:x", context: null, key } }));
  }
  document.dispatchEvent(new CustomEvent("cw:change", { detail: { subject: "issue:x", context: null, key: "A-1" } }));
  await until(() => keys("REVIEW").length === 2 && keys("PLANNING").length === 1);
  assert.deepEqual(keys("PLANNING"), ["R-1"]);
  assert.deepEqual(keys("REVIEW"), ["R-3", "R-9"]);
  assert.equal(asked.length, 2);
});

test("a lane over its limit says so", async () => {
  server(() => ({ text: card("R-8", "PLANNING") }));
  document.dispatchEvent(new CustomEvent("cw:change", { detail: { subject: "release:x", context: null, key: "R-8" } }));
  await until(() => keys("PLANNING").includes("R-8"));
  assert.ok(document.querySelector('[data-lane="PLANNING"]').classList.contains("over-limit"));
});

const asking = () => document.querySelector("dialog");
const answer = (why) => {
  asking().querySelector("textarea").value = why;
  asking().querySelector("form").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
};

test("a move that asks why waits for the answer, and sends it along", async () => {
  const asked = server(() => ({ json: { card: {} } }));
  document.querySelector("#card-R-3").dataset.asks = "PLANNING STAGING";
  document.querySelector("#card-R-3").focus();
  press("ArrowRight", { shiftKey: true });
  await settle(5);
  assert.match(asking().textContent, /Move R-3 to STAGING/);
  assert.deepEqual([at("R-3"), asked.length], ["REVIEW", 0], "nothing moves before the answer");
  answer(" It fails under load ");
  await settle(5);
  assert.equal(asking(), null);
  assert.equal(at("R-3"), "STAGING");
  assert.deepEqual(asked[0].fields, { target: "STAGING", revision: "3", note: "It fails under load" });
});

test("whoever thinks better of it leaves the card where it was", async () => {
  const asked = server(() => ({}));
  document.querySelector("#card-R-3").dataset.asks = "STAGING";
  document.querySelector("#card-R-3").focus();
  press("ArrowRight", { shiftKey: true });
  await settle(5);
  asking().querySelector('button[type="button"]').click();
  await settle(5);
  assert.deepEqual([asking(), at("R-3"), asked.length, focused()], [null, "REVIEW", 0, "R-3"]);
});

test("a card changed by somebody while it was asked about is moved as it is now", async () => {
  const asked = server((url) => url.endsWith("/move") ? { json: { card: {} } } : { text: card("R-3", "REVIEW", 7) });
  document.querySelector("#card-R-3").dataset.asks = "STAGING";
  document.querySelector("#card-R-3").focus();
  press("ArrowRight", { shiftKey: true });
  await settle(5);
  document.dispatchEvent(new CustomEvent("cw:change", { detail: { subject: "release:x", context: null, key: "R-3" } }));
  await until(() => document.querySelector("#card-R-3").dataset.revision === "7");
  answer("Because");
  await settle(5);
  assert.equal(asked.at(-1).fields.revision, "7");
  assert.equal(at("R-3"), "STAGING");
});

test("a change of one release asks anew for those that go together with it", async () => {
  document.querySelector("#card-R-2").dataset.beside = "R-30 R-3";
  document.querySelector("#card-R-4").dataset.beside = "R-30";
  const asked = server((url) => ({ text: card(/R-\d+/.exec(url)[0], "PLANNING") }));
  document.dispatchEvent(new CustomEvent("cw:change", { detail: { subject: "release:x", context: null, key: "R-3" } }));
  await until(() => asked.length === 2);
  assert.deepEqual(asked.map((each) => /R-\d+/.exec(each.url)[0]), ["R-3", "R-2"]);
});

test("a freeze that begins is seen on every card it holds up", async () => {
  const flagged = card("R-1", "PLANNING").replace("<a class", "<span data-flags>Production frozen</span><a class");
  const asked = server(() => ({
    text: `<cw-board>${lane("PLANNING", flagged, card("R-2", "PLANNING"))}${lane("REVIEW", card("R-3", "REVIEW"))}${
      lane("DONE", card("R-4", "DONE"))
    }</cw-board>`,
  }));
  const second = document.querySelector("#card-R-2");
  document.dispatchEvent(
    new CustomEvent("cw:change", { detail: { subject: "freeze:x", context: null, key: "production" } }),
  );
  await settle(20);
  assert.equal(asked.length, 1);
  assert.match(document.querySelector("#card-R-1").textContent, /Production frozen/);
  assert.equal(document.querySelector("#card-R-2"), second, "what did not change stays as it is");
});
