"""Sites: named once, made once."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, Stale
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.core.facts import SiteKind
from cutwater.sprints.mapping.models import FieldMapping
from cutwater.sprints.mapping.queries import site
from cutwater.sprints.sites.models import Site
from cutwater.sprints.sites.service import create_site, own_site, update_site


async def test_sites_are_named_once_and_have_a_web_address(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    created = await create_site(tx, owner, "Jira", "JIRA_CLOUD", url="https://harbour.atlassian.net")
    for name, kind, url in (("Jira", "JIRA_CLOUD", ""), ("", "NATIVE", "ftp://x")):
        with pytest.raises(Invalid):
            await create_site(tx, owner, name, kind, url=url)
    await update_site(tx, owner, created.site_id, name="Harbour", url="", seen_revision=1)
    changed = await site(reader, created.site_id)
    assert (changed.name, changed.revision) == ("Harbour", 2)
    with pytest.raises(Stale):
        await update_site(tx, owner, created.site_id, name="x", url="", seen_revision=1)


async def test_own_sites_are_made_once(tx: AsyncSession, owner: Actor) -> None:
    first = await own_site(tx, SiteKind.FILES)
    assert await own_site(tx, SiteKind.FILES) == first
    assert await tx.scalar(select(func.count()).select_from(Site)) == 1
    assert await tx.scalar(select(func.count()).select_from(FieldMapping)) == 0
