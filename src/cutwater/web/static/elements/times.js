// Times and durations as the server writes them. Pure.

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
