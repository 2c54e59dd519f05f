"""The weight of a page's first load: every compressed byte of content that a browser receives."""

import os
import socket
import urllib.parse
from typing import Any


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_load(address: str) -> dict[str, int]:
    """Sign in as the demo's pilot in Chromium, then open Home with an empty cache: path → bytes on the wire.

    Content as it is encoded, without the headers of the answers: those go under the path "headers".
    """
    from playwright.sync_api import sync_playwright

    from cutwater.demo import bank

    chromium = os.environ.get("CUTWATER_CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("[name=login]:visible", bank.PILOT.email)
        page.fill("[name=password]:visible", bank.PASSWORD)
        with page.expect_navigation():
            page.press("[name=password]:visible", "Enter")
        home = f"{address}/o/{bank.SLUG}/"
        page.goto("about:blank")
        found = _received(context, page, home)
        browser.close()
    return found


def _received(context: Any, page: Any, home: str) -> dict[str, int]:
    watch = context.new_cdp_session(page)
    watch.send("Network.enable")
    watch.send("Network.clearBrowserCache")
    paths: dict[str, tuple[str, int]] = {}
    sizes: dict[str, int] = {"headers": 0}

    def answered(event: Any) -> None:
        answer = event["response"]
        paths[event["requestId"]] = (
            urllib.parse.urlsplit(answer["url"]).path,
            int(answer["encodedDataLength"]),
        )

    def ended(event: Any) -> None:
        path, headers = paths.get(event["requestId"], ("", 0))
        sizes["headers"] += headers
        sizes[path] = sizes.get(path, 0) + int(event["encodedDataLength"]) - headers

    watch.on("Network.responseReceived", answered)
    watch.on("Network.loadingFinished", ended)
    page.goto(home, wait_until="load")
    page.wait_for_timeout(1500)
    return dict(sorted(sizes.items(), key=lambda each: -each[1]))
