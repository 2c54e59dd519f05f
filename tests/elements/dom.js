// A small browser for the elements: happy-dom, and the globals that our modules expect.
import { Window } from "happy-dom";

/** Elements are defined once per window, so one window serves a whole file. */
let made = null;

/**
 * A window with a page in it, set as the globals of this process.
 * @param {string} [body]
 */
export function page(body = "") {
  if (made) {
    document.body.innerHTML = body;
    return made;
  }
  const window = new Window({ url: "http://cutwater.test/o/bank/runs/MIG-1" });
  const names = [
    "document",
    "HTMLElement",
    "HTMLInputElement",
    "HTMLDetailsElement",
    "HTMLProgressElement",
    "HTMLTextAreaElement",
    "Element",
    "Node",
    "customElements",
    "CustomEvent",
    "Event",
    "KeyboardEvent",
    "MouseEvent",
    "DOMParser",
    "location",
    "history",
    "matchMedia",
    "getComputedStyle",
  ];
  for (const name of names) {
    Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
  }
  Object.defineProperty(globalThis, "window", { value: window, configurable: true, writable: true });
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true, writable: true });
  Object.defineProperty(globalThis, "CSS", {
    value: { escape: (text) => String(text).replace(/[^\w-]/g, "\\$&") },
    configurable: true,
    writable: true,
  });
  Object.defineProperty(globalThis, "BroadcastChannel", { value: undefined, configurable: true, writable: true });
  document.head.innerHTML = '<meta name="csrf" content="token-1">';
  document.body.innerHTML = body;
  made = window;
  return window;
}

/** A key pressed on what has the focus. @param {string} key @param {object} [more] */
export function press(key, more = {}) {
  const target = document.activeElement ?? document.body;
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

/** Let promises and short timers run. @param {number} [milliseconds] */
export function settle(milliseconds = 0) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Wait until a claim holds, however slow the machine; after five seconds the claim itself fails the test.
 * @param {() => unknown} claim what is false, or throws, as long as it does not hold yet
 */
export async function until(claim) {
  for (let turn = 0; turn < 1000; turn += 1) {
    try {
      if (claim()) return;
    } catch { /* not yet */ }
    await settle(5);
  }
  if (!claim()) throw new Error(`never: ${claim}`);
}

/**
 * A fetch that answers what it is told to and remembers what it was asked.
 * @param {(url: string, options: any) => {status?: number, json?: any, text?: string} | Promise<any>} answer
 */
export function server(answer) {
  const asked = [];
  globalThis.fetch = async (url, options = {}) => {
    asked.push({
      url: String(url),
      method: options.method ?? "GET",
      fields: Object.fromEntries(options.body ?? []),
      headers: options.headers ?? {},
    });
    const { status = 200, json, text } = await answer(String(url), options);
    const kind = json === undefined ? "text/html" : "application/json";
    return {
      ok: status < 400,
      status,
      redirected: false,
      headers: new Headers({ "content-type": kind }),
      json: async () => json,
      text: async () => text ?? "",
    };
  };
  return asked;
}
