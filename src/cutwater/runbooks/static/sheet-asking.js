// The reason that some verbs of a step want, asked for in a dialog.
import { make } from "../../web/static/elements/core.js";

const ASKS_WHY = /** @type {Record<string, string>} */ ({
  block: "What blocks it?",
  skip: "Why is it skipped?",
  hold: "Why is it on hold?",
  reopen: "Why is it reopened?",
});

/** Ask for the reason that a verb wants; null when the person thinks better of it, "" when it wants none.
 * @param {HTMLElement} row @param {string} verb @returns {Promise<string | null>} */
export function askReason(row, verb) {
  if (!(verb in ASKS_WHY)) return Promise.resolve("");
  const area =
    /** @type {HTMLTextAreaElement} */ (make("textarea", { rows: "3", required: "", "aria-label": ASKS_WHY[verb] }));
  const cancel = make("button", { type: "button", class: "button" }, "Cancel");
  const form = make(
    "form",
    { method: "dialog", class: "form" },
    area,
    make(
      "div",
      { class: "row" },
      make("button", { class: "button primary" }, `${verb[0].toUpperCase()}${verb.slice(1)} ${row.dataset.code}`),
      cancel,
    ),
  );
  const dialog = /** @type {HTMLDialogElement} */ (make(
    "dialog",
    { class: "dialog", "aria-label": ASKS_WHY[verb] },
    make("header", {}, make("h2", {}, ASKS_WHY[verb])),
    form,
  ));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    cancel.addEventListener("click", () => dialog.close("cancelled"));
    form.addEventListener("submit", () => dialog.close(area.value.trim()));
    dialog.addEventListener("close", () => {
      const said = dialog.returnValue;
      dialog.remove();
      row.focus();
      resolve(said === "cancelled" || said === "" ? null : said);
    });
  });
}
