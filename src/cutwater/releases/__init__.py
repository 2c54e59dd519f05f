"""Releases: what is ready, what is stuck and why, what goes first, what goes together. See README.md."""

from cutwater.releases.items.queries import issue_keys_of, releases_of_issue, releases_of_sprint
from cutwater.releases.moves.service import deploy_from_step
from cutwater.releases.records.queries import ReleaseBrief, find_releases, release_brief, releases_by_ids

__all__ = [
    "ReleaseBrief",
    "deploy_from_step",
    "find_releases",
    "issue_keys_of",
    "release_brief",
    "releases_by_ids",
    "releases_of_issue",
    "releases_of_sprint",
]
