"""What happens to freezes."""

from typing import ClassVar

from cutwater.kernel.events import Subject
from cutwater.releases.catalogue.events import Catalogued


class _AboutFreeze(Catalogued):
    @property
    def subject(self) -> Subject:
        return Subject("freeze", self.id, self.key)


class FreezeCreated(_AboutFreeze):
    name: ClassVar[str] = "freeze.created"


class FreezeUpdated(_AboutFreeze):
    name: ClassVar[str] = "freeze.updated"


class FreezeDeleted(_AboutFreeze):
    name: ClassVar[str] = "freeze.deleted"
