"""The link that confirms an address."""

import pytest
from sqlalchemy import select

from cutwater import identity
from cutwater.identity.accounts import queries as accounts_queries
from cutwater.identity.accounts.models import AccountLink
from cutwater.identity.accounts.service.links import confirm_email
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict
from cutwater.kernel.reader import SessionReader
from tests import world
from tests.serving import SETTINGS


async def test_an_address_is_confirmed_by_its_link_once(database: Database) -> None:
    async with database.tx(None) as tx:
        account = await world.account(tx)
        link = (await tx.scalars(select(AccountLink))).one()
    mail = await identity.mailed_link(database.reader(None), SETTINGS, "confirm", link.id)
    token = mail.url.rsplit("/", 1)[1]
    async with database.tx(None) as tx:
        assert await confirm_email(tx, SETTINGS.secrets, token) == account.id
        confirmed = await SessionReader(tx).first(accounts_queries.account(account.id))
        assert confirmed is not None
        assert confirmed.email_confirmed_at is not None
    with pytest.raises(Conflict):
        async with database.tx(None) as tx:
            await confirm_email(tx, SETTINGS.secrets, token)
