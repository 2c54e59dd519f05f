"""What happens to freezes."""

from typing import ClassVar

from cutwater.kernel.changes import Changes
from cutwater.kernel.events import Subject
from cutwater.releases.catalogue.events import Catalogued


class AboutFreeze(Catalogued):
    """`key` is the environment's short name while the freeze is new; people know a freeze by its title."""

    @property
    def subject(self) -> Subject:
        return Subject("freeze", self.id, self.key)


class FreezeCreated(AboutFreeze):
    name: ClassVar[str] = "freeze.created"
    moves_revision: ClassVar[bool] = False


class FreezeUpdated(AboutFreeze):
    name: ClassVar[str] = "freeze.updated"
    changes: Changes


class FreezeDeleted(AboutFreeze):
    name: ClassVar[str] = "freeze.deleted"
