"""What the demo lacks so that every operation has something to act on: made through the API itself."""

from typing import Any

import httpx2

from cutwater.demo import bank, worksheet
from tests.api.served import Served

ROLES = {
    "OWNER": "olga.owens",
    "ADMIN": "adrian.kessler",
    "MANAGER": "priya.raman",
    "MEMBER": "jonas.weber",
    "VIEWER": "vera.auditor",
}
ISSUES = b'[{"id":"9001","key":"NEW-1","fields":{"summary":"From a file","status":{"name":"Open"},' \
    b'"issuetype":{"name":"Task"},"project":{"key":"NEW"}}}]'  # fmt: skip
SHEET = b"Code,Title,Duration,Predecessors\nX-1,First,10m,\nX-2,Second,5m,X-1\n"


def token(served: Served, role: str) -> str:
    """An access token of the demo's person with this role."""
    body = {"login": f"{ROLES[role]}@{bank.DOMAIN}", "password": bank.PASSWORD, "organization": bank.SLUG}
    answer = httpx2.post(f"{served.url}/auth/token", json=body, timeout=60)
    answer.raise_for_status()
    return str(answer.json()["data"]["access_token"])


class Maker:
    """An owner who makes things and remembers their ids."""

    def __init__(self, served: Served) -> None:
        self.client = httpx2.Client(
            base_url=served.url, headers={"Authorization": f"Bearer {token(served, 'OWNER')}"}, timeout=60
        )

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()["data"]

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        answer = (
            self.client.post(path, json=body, **more) if body is not None else self.client.post(path, **more)
        )
        assert answer.status_code in (200, 201, 202), (path, answer.status_code, answer.text)
        return answer.json()["data"]


def furnish(served: Served) -> dict[str, str]:
    """Make one of everything; from then on nothing is kept. Gives the ids by name."""
    make = Maker(served)
    ids = {**_people(make), **_work(make), **_releases(make), **_runs(make)}
    served.run_jobs()
    ids["delivery"] = make.get("/deliveries")[0]["id"]
    ids["inbox"] = next((item["id"] for item in make.get("/inbox")), "")
    ids["work"] = make.get("/work")[0]["id"]
    make.client.close()
    served.database.keeps = False
    return ids


def _people(make: Maker) -> dict[str, str]:
    members = {person["name"]: person["id"] for person in make.get("/members?per_page=200")}
    gone = members["Rana Saleh"]
    assert make.client.delete(f"/members/{gone}").status_code in (200, 204)
    key = make.post("/api-keys", {"name": "spare", "scopes": ["runs:read"]})
    return {
        "owner": members["Olga Owens"],
        "member": members["Tomas Lindqvist"],
        "backender": members["Diego Fuentes"],
        "gone": gone,
        "team": make.post("/teams", {"name": "Spare team"})["slug"],
        "invitation": make.post("/invitations", {"email": "new@harbour.example", "role": "MEMBER"})["id"],
        "session": make.get("/sessions")[0]["id"],
        "api_key": key["id"],
    }


def _work(make: Maker) -> dict[str, str]:
    upload = {"files": ("issues.json", ISSUES, "application/json")}
    issue = make.post("/issues", {"title": "By hand"})["key"]
    planned = make.post("/issues", {"title": "Planned by hand"})["key"]
    dates = {"starts_on": "2027-01-04", "ends_on": "2027-01-15"}
    sprint = make.post("/sprints", {"name": "By hand", **dates})["key"]
    filled = make.post("/sprints", {"name": "By hand, with an issue", **dates})["key"]
    make.post(f"/sprints/{filled}/issues", {"issues": [planned]})
    return {
        "site": make.post(
            "/sites", {"name": "Harbour Jira", "kind": "JIRA_CLOUD", "url": "https://jira.test"}
        )["id"],
        "files_site": next(site["id"] for site in make.get("/sites") if site["kind"] == "FILES"),
        "sprint": sprint,
        "issue": issue,
        "planned": planned,
        "filled_sprint": filled,
        "import": make.post("/imports", files=upload)["key"],
    }


def _releases(make: Maker) -> dict[str, str]:
    release = make.post("/releases", {"service": "cards", "title": "Spare release"})["key"]
    base = f"/releases/{release}"
    owner = next(
        person["id"] for person in make.get("/members?per_page=200") if person["name"] == "Olga Owens"
    )
    freeze = {
        "environment": "production",
        "title": "Year end",
        "starts_at": "2027-12-20T00:00:00+01:00",
        "ends_at": "2028-01-03T00:00:00+01:00",
    }
    return {
        "release": release,
        "item": make.post(f"{base}/items", {"reference": "HB-160"})["id"],
        "typed_item": make.post(f"{base}/items", {"reference": "EXT-1", "title": "Typed"})["id"],
        "dependency": make.post(f"{base}/dependencies", {"blocker": "R-1"})["id"],
        "approval": make.post(f"{base}/approvals", {"approver_id": owner, "reason": "Knows it"})["id"],
        "comment": make.post(f"{base}/comments", {"body": "Looks *good*"})["id"],
        "service": make.post("/services", {"name": "Spare service"})["slug"],
        "environment": make.post("/environments", {"name": "Spare", "kind": "DEVELOPMENT"})["slug"],
        "freeze": make.post("/freezes", freeze)["id"],
    }


def _runs(make: Maker) -> dict[str, str]:
    sheet = {"file": ("plan.csv", SHEET, "text/csv")}
    first = make.post("/runbook-imports", files=sheet, data={"title": "Spare plan"})
    applied = make.post(f"/runbook-imports/{first['id']}/applications")
    second = make.post("/runbook-imports", files=sheet, data={"title": "Another plan"})
    plan = {"runbook": "RB-1", "type": "RUN", "planned_start": "2027-02-01T18:00:00+01:00"}
    run = make.post("/migrations/MIG-1/iterations", plan)["key"]
    told = [line.code for line in worksheet.lines() if worksheet.is_instructed(line)]
    begun = {step["code"] for step in make.get("/runs/MIG-1-CUT1/steps?state=IN_PROGRESS")}
    now = next(code for code in told if code in begun)
    detail = make.get(f"/runs/MIG-1-CUT1/steps/{now}")
    return {
        "runbook": applied["key"],
        "runbook_import": second["id"],
        "planned_run": run,
        "step": told[-1],
        "begun_step": now,
        "instruction": detail["instructions"][0]["id"],
    }
