// <cw-chart>: the server's SVG, made interactive when the pointer or the focus first comes to it.

const SERIES = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `--series-${number}`);

/**
 * The theme's colours as Vega's config: read from CSS, so charts follow light and dark.
 * @param {(name: string) => string} colour
 */
export function theme(colour) {
  const faint = colour("--muted");
  const line = colour("--line");
  const ink = colour("--text");
  return {
    background: null,
    font: "Inter, system-ui, sans-serif",
    axis: {
      labelColor: faint,
      titleColor: faint,
      gridColor: line,
      domainColor: line,
      tickColor: line,
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: 500,
    },
    legend: { labelColor: ink, titleColor: faint, labelFontSize: 11, titleFontSize: 11 },
    title: { color: ink, fontSize: 13, fontWeight: 600, anchor: "start" },
    header: { labelColor: ink, titleColor: faint },
    text: { color: ink },
    rule: { color: faint },
    mark: { color: colour(SERIES[0]) },
    range: { category: SERIES.map(colour) },
    view: { stroke: null },
  };
}

export class CwChart extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.spec || !this.dataset.src) return;
    const wake = () => void this.#wake();
    this.addEventListener("pointerenter", wake, { once: true });
    this.addEventListener("focusin", wake, { once: true });
    this.setAttribute("tabindex", "0");
    this.setAttribute("role", "group");
    const title = this.closest("figure")?.querySelector("figcaption")?.textContent;
    if (title) this.setAttribute("aria-label", title);
  }

  async #wake() {
    if (this.awake) return;
    this.awake = true;
    try {
      await import(this.dataset.src ?? "");
      const spec = JSON.parse(this.dataset.spec ?? "{}");
      const probe = document.createElement("i");
      this.append(probe);
      const colour = (/** @type {string} */ name) => {
        probe.className = `probe probe${name}`;
        return getComputedStyle(probe).color;
      };
      const config = { ...theme(colour), ...(spec.config ?? {}) };
      probe.remove();
      const place = document.createElement("div");
      await /** @type {any} */ (window).vegaEmbed(place, { ...spec, config }, {
        ast: true,
        actions: false,
        renderer: "svg",
        defaultStyle: false,
        tooltip: { disableDefaultStyle: true },
      });
      this.replaceChildren(place);
    } catch {
      // the server's picture stays
    }
  }
}

if (!customElements.get("cw-chart")) customElements.define("cw-chart", CwChart);
