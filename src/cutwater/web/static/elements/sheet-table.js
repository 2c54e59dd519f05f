// What the server says of steps: how each state looks and counts, which filter shows what, where a move leads.

/**
 * @typedef {{startable: boolean, running: boolean, done: boolean, over: boolean, counted: boolean}} Standing
 * @typedef {{states: string[], mark: string}} Filter
 * @typedef {[word: string, icon: string, tone: string]} Look
 */

export class SheetTable {
  /** @param {DOMStringMap} data the element's attributes, as the server wrote them */
  constructor(data) {
    const table = JSON.parse(data.table ?? "{}");
    /** @type {Record<string, Standing>} */
    this.states = table.states ?? {};
    /** @type {Record<string, Filter>} */
    this.filters = table.filters ?? {};
    /** @type {Record<string, string>} */
    this.moves = table.moves ?? {};
    /** @type {Record<string, Look>} */
    this.looks = JSON.parse(data.looks ?? "{}");
  }

  /** @param {string} state @returns {Look} */
  look(state) {
    return this.looks[state] ?? [state, "circle", "neutral"];
  }

  /** @param {string | undefined} state @param {keyof Standing} claim */
  is(state, claim) {
    return this.states[state ?? ""]?.[claim] ?? false;
  }

  /** Whether a filter shows a row. @param {string} name @param {HTMLElement} row */
  shows(name, row) {
    const filter = this.filters[name];
    if (!filter) return true;
    if (filter.states.length) return filter.states.includes(row.dataset.status ?? "");
    return !filter.mark || row.hasAttribute(`data-${filter.mark}`);
  }
}
