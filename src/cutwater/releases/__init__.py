"""Releases: what is ready, what is stuck and why, what goes first, what goes together. See README.md."""

from cutwater.releases import drafts, facts, service
from cutwater.releases.face import (
    ReleaseBrief,
    find_releases,
    issue_keys_of,
    release_brief,
    releases_by_ids,
    releases_of_issue,
    releases_of_sprint,
)
from cutwater.releases.service import deploy_from_step

__all__ = [
    "ReleaseBrief",
    "deploy_from_step",
    "drafts",
    "facts",
    "find_releases",
    "issue_keys_of",
    "release_brief",
    "releases_by_ids",
    "releases_of_issue",
    "releases_of_sprint",
    "service",
]
