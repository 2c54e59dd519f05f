// What a runsheet's row shows for a step's fields. Pure but for the row it is given.
import { icon, make } from "./core.js";

/**
 * @typedef {{id?: string, status?: string, forecast_start?: string | null, forecast_end?: string | null, slack_minutes?: number | null,
 *   critical?: boolean, late_minutes?: number | null, ready_at?: string | null, started_at?: string | null, finished_at?: string | null,
 *   by?: string | null, revision?: number, startable?: boolean}} StepFields
 * @typedef {{zone: string, day: string, mayAct: boolean, table: import("./sheet-table.js").SheetTable}} How
 */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * `03:15` on `day`, `Sat 03:15` on another day near it, `2 Dec 03:15` further away; as the server writes it.
 * @param {string | null | undefined} iso
 * @param {string} zone
 * @param {string} day
 */
export function clock(iso, zone, day) {
  if (!iso) return "";
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone: zone || "UTC",
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(new Date(iso)).map((part) => [part.type, part.value]));
  const text = `${parts.hour}:${parts.minute}`;
  if (!day) return text;
  const of = new Date(`${parts.year}-${parts.month}-${parts.day}`);
  const away = Math.round((of.getTime() - Date.parse(day)) / 86_400_000);
  if (!away) return text;
  return `${Math.abs(away) < 7 ? DAYS[of.getUTCDay()] : `${of.getUTCDate()} ${MONTHS[of.getUTCMonth()]}`} ${text}`;
}

/**
 * Minutes as `2h 15m`, `45m`, `1d 4h`; as the server's minutes filter writes them.
 * @param {number} minutes
 */
export function span(minutes) {
  const whole = Math.round(Math.abs(minutes));
  const sign = minutes < 0 && whole ? "−" : "";
  const days = Math.floor(whole / 1440);
  const hours = Math.floor((whole % 1440) / 60);
  const left = whole % 60;
  const parts = [days ? `${days}d` : "", hours ? `${hours}h` : ""].filter(Boolean);
  if ((left && !days) || !parts.length) parts.push(`${left}m`);
  return sign + parts.join(" ");
}

/** @param {string} value @param {import("./sheet-table.js").SheetTable} table */
export function status(value, table) {
  const [word, name, tone] = table.look(value);
  return make("span", { class: `status tone-${tone}` }, icon(name), make("span", {}, word));
}

/**
 * Write a step's fields into its row; fields that are left out stay. False when the row knows better already.
 * @param {HTMLElement} row
 * @param {StepFields} step
 * @param {How} how
 */
export function patch(row, step, how) {
  if (step.revision !== undefined && step.revision < Number(row.dataset.revision ?? 0)) return false;
  const before = row.dataset.status;
  if (step.revision !== undefined) row.dataset.revision = String(step.revision);
  if (step.status !== undefined) row.dataset.status = step.status;
  if (step.critical !== undefined) row.toggleAttribute("data-critical", step.critical);
  if (step.startable !== undefined) row.toggleAttribute("data-startable", step.startable);
  else if (step.status !== undefined) row.toggleAttribute("data-startable", how.table.is(step.status, "startable"));
  if (step.late_minutes !== undefined) {
    if (step.late_minutes && step.late_minutes > 0) row.dataset.late = String(step.late_minutes);
    else delete row.dataset.late;
  }
  for (const cell of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-cell]"))) {
    write(cell, row, step, how);
  }
  return step.status !== undefined && step.status !== before;
}

/** @param {HTMLElement} cell @param {HTMLElement} row @param {StepFields} step @param {How} how */
function write(cell, row, step, how) {
  const name = cell.dataset.cell ?? "";
  if (name === "act") return act(cell, row, how);
  if (!(name in step)) return undefined;
  const value = /** @type {any} */ (step)[name];
  if (name === "status") {
    cell.replaceChildren(status(String(value), how.table));
    if (step.by) cell.title = `by ${step.by}`;
  } else if (name === "slack_minutes") cell.textContent = value === null || value === undefined ? "" : span(value);
  else if (name === "late_minutes") cell.textContent = value && value > 0 ? `+${span(value)}` : "";
  else if (name.endsWith("_at") || name.startsWith("forecast")) cell.textContent = clock(value, how.zone, how.day);
  else cell.textContent = value === null || value === undefined ? "" : String(value);
  return undefined;
}

/** @param {HTMLElement} cell @param {HTMLElement} row @param {How} how */
function act(cell, row, how) {
  const isRunning = how.table.is(row.dataset.status, "running");
  const verb = row.hasAttribute("data-startable") ? "start" : isRunning ? "finish" : "";
  const button = cell.querySelector("button");
  if (!verb || !how.mayAct) return void button?.remove();
  if (button?.name === verb) return undefined;
  const fresh = make(
    "button",
    { name: verb, value: row.dataset.code ?? "", "data-verb": verb },
    verb === "start" ? "Start" : "Finish",
  );
  if (button) button.replaceWith(fresh);
  else cell.append(fresh);
  return undefined;
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
export function rowOf(target) {
  return target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("tr[data-step]")) : null;
}
