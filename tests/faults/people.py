"""People who use a real server over HTTP, and what they bring."""

import re
from typing import Any
from uuid import uuid4

import httpx2

from tests.world import PASSWORD


class Person:
    """Somebody with an account: a browser (pages, cookies, forms) and an API token."""

    def __init__(self, url: str, name: str) -> None:
        self.name, self.email = name, f"{uuid4().hex[:12]}@bank.example"
        self.url, self.organization = url, ""
        self.browser = httpx2.Client(base_url=url, timeout=60)
        self.send("/sign-up", name=name, email=self.email, password=PASSWORD)
        self.api = httpx2.Client(base_url=f"{url}/api/v1", timeout=60)

    def founds(self, organization: str) -> "Person":
        """Found an organization and act in it from now on."""
        answer = self.send("/organizations", name=organization)
        found = re.search(r"/o/([^/]+)/", answer.headers["location"])
        assert found, answer.headers
        return self.acts_in(found[1])

    def acts_in(self, organization: str) -> "Person":
        """Take a token for an organization."""
        self.organization = organization
        body = {"login": self.email, "password": PASSWORD, "organization": organization}
        answer = self.api.post("/auth/token", json=body)
        assert answer.status_code == 200, answer.text
        self.api.headers["Authorization"] = f"Bearer {answer.json()['data']['access_token']}"
        return self

    def leaves(self) -> None:
        """Close every connection."""
        self.browser.close()
        self.api.close()

    def csrf(self, path: str) -> str:
        """What a form of this page carries."""
        found = re.search(r'name="_csrf" value="([^"]+)"', self.browser.get(path).text)
        assert found, path
        return found[1]

    def send(self, path: str, **fields: str) -> httpx2.Response:
        """A form of the page at this path."""
        answer = self.browser.post(path, data={"_csrf": self.csrf(path), **fields})
        assert answer.status_code == 303, answer.text[-2000:]
        return answer

    def get(self, path: str) -> Any:
        """What the API has there."""
        answer = self.api.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """Do something over the API that must succeed."""
        answer = self.api.post(path, **({"json": body} if body is not None else {}), **more)
        assert answer.status_code in (200, 201, 202), (path, answer.status_code, answer.text)
        return answer.json()["data"]

    def starts_a_run(self, sheet: str) -> str:
        """From a worksheet to a run that runs; its key."""
        kept = self.post("/runbook-imports", files={"file": ("plan.csv", sheet.encode(), "text/csv")})
        assert kept["is_clean"], kept["problems"]
        runbook = self.post(f"/runbook-imports/{kept['id']}/applications")["key"]
        self.post(f"/runbooks/{runbook}/versions")
        migration = self.post("/migrations", {"title": "Ledger"})["key"]
        plan = {"runbook": runbook, "type": "CUTOVER", "planned_start": "2026-11-21T22:00:00Z"}
        run = str(self.post(f"/migrations/{migration}/iterations", plan)["key"])
        self.post(f"/runs/{run}/moves", {"move": "start"})
        return run


def chains(count: int, length: int) -> str:
    """A worksheet of chains of steps that wait for nothing but the step before them: A-1 → A-2 …, B-1 …"""
    lines = ["Code,Title,Phase,Duration,Depends On"]
    for chain in "ABCDEFGH"[:count]:
        for number in range(1, length + 1):
            before = f"{chain}-{number - 1}" if number > 1 else ""
            lines.append(f"{chain}-{number},Step {chain}{number},Phase {chain},5,{before}")
    return "\n".join(lines) + "\n"
