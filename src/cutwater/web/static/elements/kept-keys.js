// Keys that people press while what they are meant for is still being fetched: kept, never lost.

/** Keep what is typed from now on; the answer ends that and gives the keys. @returns {() => string[]} */
export function keepKeys() {
  const ending = new AbortController();
  /** @type {string[]} */
  const kept = [];
  const keep = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    kept.push(event.key);
  };
  document.addEventListener("keydown", keep, { capture: true, signal: ending.signal });
  return () => {
    ending.abort();
    return kept;
  };
}

/** Press the keys again that early-keys.js kept, now that every element is here. */
export function pressEarlyKeys() {
  /** @type {KeyboardEventInit[]} */
  const kept = /** @type {any} */ (window).cutwaterKeys?.() ?? [];
  for (const each of kept) {
    const target = document.activeElement ?? document.body;
    target.dispatchEvent(new KeyboardEvent("keydown", { ...each, bubbles: true, cancelable: true }));
  }
}
