// Loaded first and alone: keeps the keys that are pressed before the elements are here. shell.js takes them over.
{
  const ending = new AbortController();
  /** @type {KeyboardEventInit[]} */
  const kept = [];
  document.addEventListener(
    "keydown",
    (event) => {
      const { key, ctrlKey, metaKey, shiftKey } = event;
      const field = event.target instanceof Element
        && event.target.closest("input, textarea, select, [contenteditable]");
      const mod = ctrlKey || metaKey;
      const opens = mod && key.toLowerCase() === "k" && document.querySelector('[data-key="mod+k"]');
      if (event.altKey || event.isComposing || event.repeat || (mod && !opens)) return;
      if (!opens && (field || (key.length > 1 && !kept.length))) return;
      if (opens || kept.some((each) => each.ctrlKey || each.metaKey)) event.preventDefault();
      kept.push({ key, ctrlKey, metaKey, shiftKey });
    },
    { capture: true, signal: ending.signal },
  );
  /** @type {any} */ (window).cutwaterKeys = () => {
    ending.abort();
    return kept;
  };
}
