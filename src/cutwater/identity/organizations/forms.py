"""What the forms of an organization send."""

from cutwater.identity.accounts.schemas import Short, Slug, Zone
from cutwater.kernel.wire import Body, Revision


class OrganizationForm(Body):
    """A new organization."""

    name: Short
    slug: Slug = ""


class SettingsForm(Body):
    """The organization's name and time zone."""

    name: Short
    zone: Zone
    revision: Revision | None = None


class DeleteForm(Body):
    """The typed confirmation."""

    typed_slug: Slug = ""
