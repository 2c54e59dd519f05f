// <cw-drawer>: a link with data-drawer opens its page in a right-hand drawer with its own address.
import { icon, make } from "./core.js";

const PHONE = "(width < 760px)";
const ASKS = { "HX-Request": "true", "HX-Request-Type": "drawer", Accept: "text/html" };

export class CwDrawer extends HTMLElement {
  connectedCallback() {
    this.ending = new AbortController();
    const signal = this.ending.signal;
    this.asked = 0;
    document.addEventListener("click", (event) => this.#click(event), { signal });
    this.addEventListener("submit", (event) => this.#submit(/** @type {SubmitEvent} */ (event)), { signal });
    window.addEventListener("popstate", () => this.#turn(), { signal });
    document.addEventListener("htmx:before:history:restore", (event) => this.turning && event.preventDefault(), {
      signal,
    });
  }

  disconnectedCallback() {
    this.ending?.abort();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (
      event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
    ) return;
    const link =
      /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("a[data-drawer][href]"));
    if (
      !link || link.origin !== location.origin || matchMedia(PHONE).matches
      || document.body.classList.contains("outside")
    ) return;
    event.preventDefault();
    void this.open(link.href, link);
  }

  /**
   * @param {string} url
   * @param {HTMLElement | null} [opener]
   */
  async open(url, opener) {
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const response = await fetch(url, { headers: ASKS, credentials: "same-origin" }).catch(() => null);
    if (asked !== this.asked) return;
    const html = response && (response.ok || response.status === 404 || response.status === 403)
      ? await response.text()
      : "";
    if (!response || response.headers.has("HX-Redirect") || !html.includes("drawer-page")) {
      location.assign(url);
      return;
    }
    if (opener) this.opener = opener;
    if (!this.dialog?.open) {
      this.under = location.href;
      this.titleUnder = document.title;
      history.pushState({ drawer: true }, "", url);
    } else history.replaceState({ drawer: true }, "", url);
    this.#show(html, url);
  }

  /** @param {string} html @param {string} url */
  #show(html, url) {
    const dialog = this.#dialog();
    const body = /** @type {HTMLElement} */ (dialog.querySelector(".drawer-body"));
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const page = parsed.querySelector(".drawer-page");
    if (!page) return;
    body.replaceChildren(document.importNode(page, true));
    dialog.setAttribute("aria-label", page.getAttribute("data-title") ?? "Detail");
    document.title = `${page.getAttribute("data-title") ?? ""} · Cutwater`;
    /** @type {HTMLAnchorElement} */ (dialog.querySelector("[data-full]")).href = url;
    this.#load(parsed);
    /** @type {any} */ (window).htmx?.process(body);
    if (!dialog.open) dialog.showModal();
    body.scrollTop = 0;
    document.dispatchEvent(new CustomEvent("cw:look"));
  }

  /** A form in the drawer is sent from there: what lies under it stays. @param {SubmitEvent} event */
  #submit(event) {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post") return;
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    void this.#send(form, event.submitter).finally(() => (form.ariaBusy = null));
  }

  /** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
  async #send(form, submitter) {
    const fields = new FormData(form, submitter);
    const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(/** @type {any} */ (fields));
    const response = await fetch(form.getAttribute("action") ?? location.href, {
      method: "POST",
      body,
      headers: ASKS,
      credentials: "same-origin",
    }).catch(() => null);
    if (!response) {
      form.before(make("p", { class: "flash tone-bad", role: "alert" }, "The server did not answer. Try again."));
      return;
    }
    const next = new URL(response.headers.get("HX-Redirect") ?? location.href, location.href);
    const html = await response.text();
    if (next.pathname !== location.pathname) location.assign(next.href);
    else if (html.includes("drawer-page")) this.#show(html, location.href);
    else await this.#again(form.getAttribute("action") ?? "");
  }

  /** The same page anew, where the person was in it. @param {string} action */
  async #again(action) {
    const top = this.dialog?.querySelector(".drawer-body")?.scrollTop ?? 0;
    await this.open(location.href);
    const body = this.dialog?.querySelector(".drawer-body");
    if (!body) return;
    body.scrollTop = top;
    /** @type {HTMLElement | null} */ (body.querySelector(`form[action="${CSS.escape(action)}"] button`))?.focus();
  }

  /** Elements the drawer's page needs and this one has not loaded. @param {Document} parsed */
  #load(parsed) {
    for (const script of parsed.querySelectorAll('script[type="module"][src^="/static/"]')) {
      void import(script.getAttribute("src") ?? "");
    }
  }

  #dialog() {
    if (this.dialog) return this.dialog;
    const full = make("a", {
      class: "icon-button",
      "data-full": "",
      "aria-label": "Open as a page",
      title: "Open as a page",
      href: "#",
    }, icon("maximize-2"));
    const close = make(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Close", title: "Close (Esc)" },
      icon("x"),
    );
    const dialog = /** @type {HTMLDialogElement} */ (make(
      "dialog",
      { class: "drawer" },
      make("div", { class: "drawer-tools" }, full, close),
      make("div", { class: "drawer-body" }),
    ));
    close.addEventListener("click", () => this.close());
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    dialog.addEventListener("click", (event) => event.target === dialog && this.close());
    this.append(dialog);
    this.dialog = dialog;
    return dialog;
  }

  close() {
    if (!this.dialog?.open) return;
    history.back();
  }

  /** The browser's back and forward. */
  #turn() {
    if (history.state?.drawer) {
      void this.open(location.href);
      return;
    }
    if (!this.dialog?.open) return;
    this.turning = true;
    setTimeout(() => (this.turning = false), 100);
    this.dialog.close();
    this.dialog.querySelector(".drawer-body")?.replaceChildren();
    if (this.titleUnder) document.title = this.titleUnder;
    if (this.under && this.under !== location.href) location.reload();
    document.dispatchEvent(new CustomEvent("cw:look"));
    if (this.opener?.isConnected) this.opener.focus();
  }
}

if (!customElements.get("cw-drawer")) customElements.define("cw-drawer", CwDrawer);
