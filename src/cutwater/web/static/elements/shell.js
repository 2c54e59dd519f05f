// Loaded by every page: makes htmx ours, and brings the elements of the shell.
import { csrf, toast } from "./core.js";
import "./cw-drawer.js";
import "./cw-keys.js";
import "./cw-live.js";
import { keepKeys, pressEarlyKeys } from "./kept-keys.js";

/**
 * htmx looks through every attribute of the page for hx-on, which we never use: seconds on a runsheet of 5,000 rows.
 * So the body asks to be left alone, and what has a request to make is handed over one by one.
 */
const REQUESTS = "[hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete]";
document.addEventListener("htmx:before:process", (event) => event.target === document.body && event.preventDefault());
document.body.removeAttribute("hx-ignore");
for (const each of document.querySelectorAll(REQUESTS)) {
  if (!each.parentElement?.closest(REQUESTS)) /** @type {any} */ (window).htmx?.process(each);
}

document.addEventListener("htmx:config:request", (event) => {
  const request = /** @type {CustomEvent} */ (event).detail.ctx?.request;
  if (request) request.headers["X-CSRF-Token"] = csrf();
});
document.addEventListener("htmx:error", (event) => {
  if (!(/** @type {CustomEvent} */ (event).detail?.ctx?.response)) {
    toast("The server did not answer. Nothing was changed; try again.", "bad");
  }
});
document.addEventListener("htmx:response:error", (event) => {
  const status = /** @type {CustomEvent} */ (event).detail.ctx.response.status;
  if (status === 429) toast("Too many requests. Wait a moment, then try again.", "bad");
  else if (status >= 500) toast(`The server answered ${status}. Nothing was changed; try again.`, "bad");
});

/** Theme, density and shortcuts apply at once; the cookie is set by the same request that works without us. */
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-preferences]")) return;
  const button = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
  if (!button) return;
  event.preventDefault();
  const root = document.documentElement;
  if (button.name === "keys") root.toggleAttribute("data-keys", button.value === "off");
  if (button.name === "keys" && button.value === "off") root.dataset.keys = "off";
  if (button.name !== "keys") root.dataset[button.name] = button.value;
  for (const each of document.querySelectorAll(`[data-preferences] button[name="${button.name}"]`)) {
    each.setAttribute("aria-pressed", String(each.getAttribute("value") === button.value));
  }
  const body = new URLSearchParams({ [button.name]: button.value, back: location.pathname });
  void fetch(form.action, { method: "POST", body, headers: { Accept: "application/json", "X-CSRF-Token": csrf() } });
});

/** A filter form with data-autosubmit goes off when a choice changes. */
document.addEventListener("change", (event) => {
  const form = /** @type {Element} */ (event.target).closest("form[data-autosubmit]");
  if (form) /** @type {HTMLFormElement} */ (form).requestSubmit();
});

/** A form is sent once: a second click while it is on its way does nothing. */
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
});

/** The palette is fetched when it is first asked for; what is typed meanwhile is typed into it. */
let opening = false;
document.addEventListener("click", (event) => {
  const palette = document.querySelector("cw-palette");
  const link = /** @type {Element} */ (event.target).closest("[data-palette]");
  if (!palette || !link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (opening) return;
  opening = true;
  const typed = keepKeys();
  import("./cw-palette.js")
    .then(() => /** @type {any} */ (palette).open(typed()))
    .catch(() => location.assign(/** @type {HTMLAnchorElement} */ (link).href))
    .finally(() => (typed(), (opening = false)));
});

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-back]") && history.length > 1) {
    event.preventDefault();
    history.back();
  }
  const toggle = document.querySelector(".rail-toggle[open]");
  if (toggle && !target.closest(".rail, .rail-toggle")) toggle.removeAttribute("open");
  const choice = target.closest(".menu a, .menu [type=button]:not([popovertarget])");
  if (choice) /** @type {HTMLElement} */ (choice.closest(".menu")).hidePopover?.();
});

/** On a phone the tabs scroll: the one we are on is in sight. */
for (const each of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".tabs [aria-current]"))) {
  const tabs = /** @type {HTMLElement} */ (each.parentElement);
  tabs.scrollLeft = each.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - each.offsetWidth) / 2;
}

/** Times that say "4 min ago" keep saying the truth. */
const UNITS = /** @type {const} */ ([[86_400, "d"], [3600, "h"], [60, "min"]]);
/** @param {Date} at @param {Date} now */
export function ago(at, now) {
  const seconds = (now.getTime() - at.getTime()) / 1000;
  for (const [size, unit] of UNITS) {
    const count = Math.floor(Math.abs(seconds) / size);
    if (count) return seconds > 0 ? `${count} ${unit} ago` : `in ${count} ${unit}`;
  }
  return "just now";
}
setInterval(() => {
  if (document.visibilityState === "hidden") return;
  for (const each of document.querySelectorAll("time[datetime]")) {
    if (!/ago$|^in |^just now$/.test(each.textContent ?? "")) continue;
    const said = ago(new Date(each.getAttribute("datetime") ?? ""), new Date());
    if (said !== each.textContent) each.textContent = said;
  }
}, 30_000);

/** Other modules' panels inside a refreshed block kept what they showed (hx-morph-skip-children); now they ask anew. */
document.addEventListener("htmx:after:swap", (event) => {
  const target = /** @type {CustomEvent} */ (event).detail?.ctx?.target;
  if (!(target instanceof Element) || !target.isConnected) return;
  for (const panel of target.querySelectorAll("[data-panel]")) {
    panel.dispatchEvent(new CustomEvent("cw:changed", { bubbles: false }));
  }
});

/** A block that was refreshed by somebody's change lights up for a moment. */
document.addEventListener("htmx:after:swap", (event) => {
  const source = /** @type {CustomEvent} */ (event).detail?.ctx?.sourceElement;
  const target = source instanceof Element && source.hasAttribute("data-refresh-on")
    ? document.getElementById(source.id)
    : null;
  if (!target) return;
  target.classList.add("changed");
  setTimeout(() => target.classList.remove("changed"), 1600);
});

pressEarlyKeys();
