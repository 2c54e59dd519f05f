// A question that a deed waits for, in a dialog of its own.
import { make } from "./core.js";

/**
 * Ask why; null when the person thinks better of it.
 * @param {string} title
 * @returns {Promise<string | null>}
 */
export function askWhy(title) {
  const note = /** @type {HTMLTextAreaElement} */ (make("textarea", {
    id: "asked-why",
    name: "note",
    rows: "3",
    maxlength: "2000",
    required: "",
  }));
  const leave = make("button", { type: "button", class: "button" }, "Leave it");
  const form = make(
    "form",
    { class: "stack" },
    make("div", { class: "field" }, make("label", { for: "asked-why" }, "Why? The log keeps it."), note),
    make("div", { class: "row" }, make("button", { class: "button primary" }, "Move it"), leave),
  );
  const dialog = /** @type {HTMLDialogElement} */ (make(
    "dialog",
    { class: "dialog", "aria-labelledby": "asking-title" },
    make("header", {}, make("h2", { id: "asking-title" }, title)),
    form,
  ));
  return new Promise((resolve) => {
    const end = (/** @type {string | null} */ answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      end(note.value.trim());
    });
    leave.addEventListener("click", () => end(null));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      end(null);
    });
    document.body.append(dialog);
    dialog.showModal();
    note.focus();
  });
}
