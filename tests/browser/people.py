"""Somebody at a browser."""

import re
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

from cutwater.demo.bank import PASSWORD
from tests.serving import Cutwater

OWNER, PILOT = "olga.owens@harbour.example", "priya.raman@harbour.example"
MEMBER, VIEWER = "jonas.weber@harbour.example", "vera.auditor@harbour.example"
# Chromium reports every refused request; a refusal (400 to 412) that a test provokes is no fault of the page
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of 4(00|03|04|09|12)\b")


@dataclass
class Person:
    """A browser context with one page, and what its console complained of."""

    served: Cutwater
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Open a page; it must be one."""
        answer = await self.page.goto(self.served.at(path), wait_until="load")
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    async def press(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Press the button of this name."""
        await (within or self.page).get_by_role("button", name=name, exact=isinstance(name, str)).click()

    async def follow(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Follow the link of this name."""
        await (within or self.page).get_by_role("link", name=name, exact=isinstance(name, str)).first.click()

    async def reads(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page says this."""
        await self.page.locator("main").get_by_text(text).filter(visible=True).first.wait_for()

    async def signs_in(self, login: str, password: str = PASSWORD) -> None:
        """Sign in by the form."""
        await self.go("/sign-in")
        await self.page.get_by_label("E-mail or user name").fill(login)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.press("Sign in")
        await self.page.wait_for_url(
            lambda address: "/sign-in" not in address, wait_until="commit", timeout=60_000
        )

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not ANSWERED.match(said.text):
            self.complaints.append(f"{self.page.url}: {said.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # leaving a page ends its streams
            self.complaints.append(f"{request.url}: {request.failure}")

    def listen(self) -> None:
        """Keep what the console, the page or the network complains of."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda fault: self.complaints.append(f"{self.page.url}: {fault}"))
        self.page.on("requestfailed", self._failed)


async def enter(chromium: Browser, served: Cutwater, login: str, **context: object) -> Person:
    """Open a browser context, and sign in unless the login is empty."""
    given: dict[str, object] = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | context
    opened = await chromium.new_context(**given)  # type: ignore[arg-type]
    opened.set_default_timeout(20_000)
    person = Person(served, opened, await opened.new_page())
    person.listen()
    if login:
        await person.signs_in(login)
    return person
