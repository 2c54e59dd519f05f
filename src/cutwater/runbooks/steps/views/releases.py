"""The delivery thread seen from runs: which releases a question about a release, issue or sprint means."""

from uuid import UUID

from cutwater import releases, sprints
from cutwater.kernel.reader import Reader


async def release_keys(
    reader: Reader, *, release: str = "", issue: str = "", sprint: str = ""
) -> dict[UUID, str]:
    """The releases in question, by id; none for what does not exist."""
    if release:
        brief = await releases.release_brief(reader, release)
        return {brief.id: brief.key} if brief else {}
    if issue:
        found = await sprints.issue_by_key(reader, issue)
        if found is not None:
            return {each.id: each.key for each in await releases.releases_of_issue(reader, found.id)}
    if sprint:
        named = await sprints.sprint_by_key(reader, sprint)
        if named is not None:
            issues = await sprints.issues_in_sprint(reader, named.id)
            return {each.id: each.key for each in await releases.releases_of_sprint(reader, named.id, issues)}
    return {}
