// What every element needs: posting like a form, saying things, icons. No element knows another.

/**
 * @typedef {{code: string, text: string, hint?: string, cleared_by?: string}} Obstacle
 * @typedef {{status: number, message: string, obstacles: Obstacle[], details: {field: string, message: string}[]}} Refusal
 */

const sprite = new URL("../vendor/icons.svg", import.meta.url).pathname;

/** The token every posting request carries. */
export function csrf() {
  return document.querySelector('meta[name="csrf"]')?.getAttribute("content") ?? "";
}

/**
 * A Lucide icon of the sprite as an SVG element.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * An element with attributes and children. Text is text: nothing is ever parsed as HTML here.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * POST fields as a form would and read JSON back; a refusal comes back as a value, never as an exception.
 * @param {string} url
 * @param {Record<string, string>} fields
 * @param {{fetch?: typeof fetch}} [tools]
 * @returns {Promise<{data: any, refusal: null} | {data: null, refusal: Refusal}>}
 */
export async function post(url, fields, tools = {}) {
  const send = tools.fetch ?? fetch;
  try {
    const response = await send(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "application/json", "X-CSRF-Token": csrf() },
      credentials: "same-origin",
    });
    const kind = response.headers.get("content-type") ?? "";
    if (response.redirected || !kind.startsWith("application/json")) return { data: null, refusal: odd(response) };
    const body = await response.json();
    if (response.ok) return { data: body, refusal: null };
    const error = body.error ?? {};
    return {
      data: null,
      refusal: {
        status: response.status,
        message: error.message ?? "Refused.",
        obstacles: error.obstacles ?? [],
        details: error.details ?? [],
      },
    };
  } catch {
    return {
      data: null,
      refusal: {
        status: 0,
        message: "The server did not answer. Nothing was changed; try again.",
        obstacles: [],
        details: [],
      },
    };
  }
}

/**
 * @param {Response} response
 * @returns {Refusal}
 */
function odd(response) {
  const signedOut = response.redirected || response.status === 401;
  const message = signedOut
    ? "You were signed out. Reload the page to sign in."
    : `The server answered ${response.status}. Nothing was changed; try again.`;
  return { status: response.status, message, obstacles: [], details: [] };
}

/**
 * The reasons of a refusal as a list people can read.
 * @param {Refusal} refusal
 * @param {string} [title]
 */
export function reasons(refusal, title = "") {
  const box = make("div", { class: "obstacles" });
  if (title) box.append(make("p", { class: "obstacles-title" }, icon("octagon-alert"), title));
  const items = refusal.obstacles.length
    ? refusal.obstacles
    : refusal.details.map((each) => ({ text: each.message, hint: "", cleared_by: "" }));
  if (!items.length) {
    box.append(make("p", {}, refusal.message));
    return box;
  }
  const list = make("ul");
  for (const each of items) {
    const item = make("li", {}, make("p", {}, each.text));
    const hint = [each.hint, each.cleared_by && !(each.hint ?? "").includes(each.cleared_by) ? each.cleared_by : ""]
      .filter(Boolean).join(" · ");
    if (hint) item.append(make("p", { class: "hint" }, hint));
    list.append(item);
  }
  box.append(list);
  return box;
}

/**
 * Say something at the edge of the screen; a refusal stays until it is closed.
 * @param {string} text
 * @param {"good" | "bad" | "warn" | "info"} [tone]
 * @param {Refusal} [refusal]
 */
export function toast(text, tone = "good", refusal) {
  const stack = document.getElementById("toasts");
  if (!stack) return;
  const close = make("button", { type: "button", class: "icon-button", "aria-label": "Close" }, icon("x"));
  const body = make("div", {}, make("p", {}, text));
  if (refusal && (refusal.obstacles.length || refusal.details.length)) body.append(reasons(refusal));
  const shown = make(
    "div",
    { class: `toast tone-${tone}`, role: tone === "bad" ? "alert" : "status" },
    icon(tone === "good" ? "check" : "octagon-alert"),
    body,
    close,
  );
  close.addEventListener("click", () => shown.remove());
  stack.append(shown);
  while (stack.children.length > 4) stack.firstElementChild?.remove();
  if (tone !== "bad") setTimeout(() => shown.remove(), 6000);
}

/**
 * Say something to a screen reader alone.
 * @param {string} text
 */
export function announce(text) {
  let region = document.getElementById("announcer");
  if (!region) {
    region = make("div", { id: "announcer", class: "sr-only", "aria-live": "assertive" });
    document.body.append(region);
  }
  region.textContent = "";
  region.textContent = text;
}

/**
 * Whether keys go into a field now, so that single-key shortcuts must keep quiet.
 * @param {EventTarget | null} target
 */
export function typing(target) {
  return target instanceof Element
    && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

/**
 * Put a UUID or key into an address with {placeholders}.
 * @param {string} pattern
 * @param {Record<string, string>} values
 */
export function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ""));
}
