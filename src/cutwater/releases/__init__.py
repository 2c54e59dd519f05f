"""Releases: what is ready, what is stuck and why, what goes first, what goes together. See README.md."""

from cutwater.releases.core import facts
from cutwater.releases.desk.queries.briefs import (
    ReleaseBrief,
    find_releases,
    issue_keys_of,
    release_brief,
    releases_by_ids,
    releases_of_issue,
    releases_of_sprint,
)
from cutwater.releases.moves.service import deploy_from_step

__all__ = [
    "ReleaseBrief",
    "deploy_from_step",
    "facts",
    "find_releases",
    "issue_keys_of",
    "release_brief",
    "releases_by_ids",
    "releases_of_issue",
    "releases_of_sprint",
]
