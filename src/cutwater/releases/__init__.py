"""Releases: what is ready, what is stuck and why, what goes first, what goes together. See README.md."""

from cutwater.releases import drafts, facts, service
from cutwater.releases.face import (
    EnvironmentChoice,
    ReleaseBrief,
    environments,
    find_releases,
    issue_keys_of,
    release_brief,
    releases_by_ids,
    releases_of_issue,
    releases_of_sprint,
)
from cutwater.releases.service import deploy_from_step

__all__ = [
    "EnvironmentChoice",
    "ReleaseBrief",
    "deploy_from_step",
    "drafts",
    "environments",
    "facts",
    "find_releases",
    "issue_keys_of",
    "release_brief",
    "releases_by_ids",
    "releases_of_issue",
    "releases_of_sprint",
    "service",
]
