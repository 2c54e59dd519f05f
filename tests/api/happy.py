"""One request per operation that must succeed: what goes into the path, the query and the body.

`{name}` in a value is the id of that name in the furnished world. Reading needs a row only where the path
needs one of several ids; what is not listed is asked without parameters.
"""

from typing import Any

FREEZE = {"starts_at": "2027-05-01T00:00:00+02:00", "ends_at": "2027-05-02T00:00:00+02:00"}
SHEET = ("plan.csv", b"Code,Title\nA-1,One\n", "text/csv")
FILE = ("one.json", b'[{"id":"1","key":"Q-1","fields":{"summary":"One"}}]', "application/json")

# what a path parameter is, by the beginning of the path it stands in
PATHS: dict[str, dict[str, str]] = {
    "/sessions/{id}": {"id": "{session}"},
    "/members/{id}/restore": {"id": "{gone}"},
    "/members/{id}": {"id": "{member}"},
    "/invitations/{id}": {"id": "{invitation}"},
    "/teams/{slug}/members/{user_id}": {"slug": "backend", "user_id": "{backender}"},
    "/teams/{slug}": {"slug": "{team}"},
    "/api-keys/{id}": {"id": "{api_key}"},
    "/inbox/{item_id}": {"item_id": "{inbox}"},
    "/deliveries/{delivery_id}": {"delivery_id": "{delivery}"},
    "/work/{work_id}": {"work_id": "{work}"},
    "/sites/{site_id}": {"site_id": "{site}"},
    "/field-mappings/{site_id}": {"site_id": "{files_site}"},
    "/sprints/{key}/issues/{issue}": {"key": "{filled_sprint}", "issue": "{planned}"},
    "/sprints/{key}/analysis": {"key": "SPR-3"},
    "/sprints/{key}": {"key": "{sprint}"},
    "/issues/{key}": {"key": "{issue}"},
    "/imports/{key}": {"key": "{import}"},
    "/releases/{key}": {
        "key": "{release}",
        "item_id": "{typed_item}",
        "dependency_id": "{dependency}",
        "approval_id": "{approval}",
        "comment_id": "{comment}",
    },
    "/services/{slug}": {"slug": "{service}"},
    "/environments/{slug}": {"slug": "{environment}"},
    "/freezes/{freeze_id}": {"freeze_id": "{freeze}"},
    "/requirements/{target}": {"target": "IN_REVIEW", "requirement": "HAS_ITEMS"},
    "/runbooks/{key}/versions": {"key": "{runbook}", "number": "1"},
    "/runbooks/{key}": {"key": "{runbook}"},
    "/runbook-imports/{import_id}": {"import_id": "{runbook_import}"},
    "/migrations/{key}": {"key": "MIG-1"},
    "/runs/{key}/moves": {"key": "{planned_run}"},
    "/runs/{key}/steps/{code}": {"key": "MIG-1-CUT1", "code": "{step}"},
    "/runs/{key}/steps/{code}/instructions": {
        "key": "MIG-1-CUT1",
        "code": "{begun_step}",
        "instruction_id": "{instruction}",
    },
    "/runs/{key}": {"key": "MIG-1-CUT1"},
}

QUERIES: dict[str, dict[str, str]] = {
    "GET /search": {"q": "cards"},
    "DELETE /organization": {"confirm": "harbour"},
    "DELETE /releases/{key}/approvals/{approval_id}": {"reason": "Left the team"},
    "GET /changes": {"topics": "releases"},
}

BODIES: dict[str, dict[str, Any]] = {
    "PATCH /me": {"zone": "Europe/Paris"},
    "POST /organizations": {"name": "Another bank"},
    "PATCH /organization": {"name": "Harbour Bank AG"},
    "PATCH /members/{id}": {"role": "MANAGER"},
    "POST /invitations": {"email": "guest@harbour.example", "role": "VIEWER"},
    "POST /teams": {"name": "Choir", "kind": "delivery"},
    "PATCH /teams/{slug}": {"description": "Sings"},
    "POST /teams/{slug}/members": {"user_id": "{member}"},
    "PATCH /teams/{slug}/members/{user_id}": {"is_lead": True},
    "POST /api-keys": {"name": "ci", "scopes": ["runs:read", "releases:write"]},
    "POST /sites": {"name": "Second site", "kind": "JIRA_SERVER", "url": "https://jira2.test"},
    "PATCH /sites/{site_id}": {"name": "Renamed site"},
    "PUT /field-mappings/{site_id}": {"points": "customfield_10002"},
    "POST /sprints": {"name": "Harbour 25"},
    "PUT /sprints/{key}": {"name": "By hand, renamed"},
    "POST /sprints/{key}/moves": {"target": "ACTIVE"},
    "POST /sprints/{key}/issues": {"issues": ["{issue}"]},
    "POST /issues": {"title": "Typed in", "points": 3},
    "PUT /issues/{key}": {"title": "Typed in again"},
    "POST /imports/{key}/confirmation": {"new_sprint": "From the file"},
    "POST /releases": {"service": "ledger", "title": "A small one"},
    "PATCH /releases/{key}": {"title": "A better title"},
    "POST /releases/{key}/moves": {"target": "IN_DEVELOPMENT"},
    "PUT /releases/{key}/block": {"reason": "Waiting for the auditor"},
    "POST /releases/{key}/items": {"reference": "HB-12"},
    "PATCH /releases/{key}/items/{item_id}": {"is_done": True},
    "POST /releases/{key}/dependencies": {"blocker": "R-2", "kind": "SOFT_DEPENDENCY"},
    "POST /releases/{key}/approvals": {"approver_id": "{member}", "reason": "Second pair of eyes"},
    "PATCH /releases/{key}/approvals/{approval_id}": {"verdict": "APPROVED"},
    "POST /releases/{key}/comments": {"body": "Ready *soon*"},
    "PATCH /releases/{key}/comments/{comment_id}": {"body": "Ready now"},
    "POST /services": {"name": "Vault"},
    "PATCH /services/{slug}": {"colour": "teal"},
    "POST /environments": {"name": "Rehearsal", "kind": "STAGING"},
    "PATCH /environments/{slug}": {"name": "Sandbox"},
    "POST /freezes": {"environment": "production", "title": "Audit", **FREEZE},
    "PATCH /freezes/{freeze_id}": {"title": "Year end and audit"},
    "PUT /requirements/{target}/{requirement}": {"is_on": False},
    "POST /runbooks": {"title": "Empty plan"},
    "PATCH /runbooks/{key}": {"title": "Renamed plan"},
    "PATCH /runbook-imports/{import_id}": {"zone": "Europe/Zurich"},
    "POST /migrations": {"title": "Harbour leaves the mainframe"},
    "PATCH /migrations/{key}": {"description": "Two rehearsals, one night"},
    "POST /migrations/{key}/iterations": {
        "runbook": "RB-1",
        "type": "DR",
        "planned_start": "2027-03-01T18:00:00+01:00",
    },
    "PATCH /runs/{key}": {"title": "The night"},
    "POST /runs/{key}/moves": {"move": "start"},
    "POST /runs/{key}/steps/{code}/moves": {"move": "skip", "reason": "Not needed tonight"},
    "PUT /runs/{key}/steps/{code}/instructions/{instruction_id}": {"is_done": True},
    "PUT /runs/{key}/steps/{code}/release": {"release": "{release}"},
    "PUT /runs/{key}/steps/{code}/owners": {"assignee_id": "{member}"},
}

FORMS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "POST /imports": ({"files": FILE}, {}),
    "POST /runbook-imports": ({"file": SHEET}, {"title": "Third plan"}),
}

# what needs more than the table can say; test_every_operation.py has a test for each
ELSEWHERE = {"POST /auth/token", "POST /auth/refresh", "POST /auth/revoke", "GET /live"}


def filled(value: Any, ids: dict[str, str]) -> Any:
    """A row of the tables with the world's ids in it."""
    if isinstance(value, str):
        return ids[value[1:-1]] if value.startswith("{") and value.endswith("}") else value
    if isinstance(value, dict):
        return {key: filled(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    return value


def path_of(path: str, ids: dict[str, str]) -> dict[str, str]:
    """The path parameters of an operation: the longest beginning that the tables know counts."""
    known = [beginning for beginning in PATHS if path.startswith(beginning)]
    values = PATHS[max(known, key=len)] if known else {}
    return {name: filled(value, ids) for name, value in values.items() if f"{{{name}}}" in path}
