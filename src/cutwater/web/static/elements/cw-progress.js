// <cw-progress data-url>: long work, looked at again until it has ended; the block says so with data-ended.

export class CwProgress extends HTMLElement {
  connectedCallback() {
    this.wait = 700;
    this.#later();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  #later() {
    if (this.querySelector("[data-ended]") || !this.dataset.url) return;
    this.timer = setTimeout(() => void this.#look(), this.wait);
    this.wait = Math.min(5000, (this.wait ?? 700) * 1.3);
  }

  async #look() {
    if (document.visibilityState === "visible") {
      const response = await fetch(this.dataset.url ?? "", {
        headers: { "HX-Request": "true", "HX-Request-Type": "partial" },
        credentials: "same-origin",
      }).catch(() => null);
      if (response?.ok) {
        const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
        this.replaceChildren(...document.importNode(parsed.body, true).childNodes);
        /** @type {any} */ (window).htmx?.process(this);
      }
    }
    if (this.isConnected) this.#later();
  }
}

if (!customElements.get("cw-progress")) customElements.define("cw-progress", CwProgress);
