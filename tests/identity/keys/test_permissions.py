"""Who may make which key."""

from cutwater.identity.core.roles import Role
from cutwater.identity.keys.permissions import to_make_key
from tests.identity.members.test_permissions import actor


def test_a_key_is_made_within_own_rights_by_a_person() -> None:
    assert to_make_key(actor(Role.MEMBER), ["runs:read", "releases:write"], is_service=False) == []
    beyond = to_make_key(actor(Role.MEMBER), ["runs:read", "runs:pilot"], is_service=False)
    assert [each.code for each in beyond] == ["permission.scope"]
    assert "runs:pilot" in beyond[0].text
    viewer = to_make_key(actor(Role.VIEWER), ["runs:read"], is_service=False)
    assert [each.code for each in viewer] == ["permission.releases.write"]
    service = to_make_key(actor(Role.MANAGER), ["runs:read"], is_service=True)
    assert [each.code for each in service] == ["permission.organization.configure"]
    key = to_make_key(actor(Role.ADMIN, kind="api_key"), ["runs:read"], is_service=False)
    assert [each.code for each in key] == ["permission.person"]
