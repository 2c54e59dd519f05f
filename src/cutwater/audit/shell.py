"""What the log gives to the shell."""

from cutwater.kernel.grants import Grant
from cutwater.web import HomePanel, NavItem

NAV = (
    NavItem(
        section="audit",
        label="Audit",
        path="/audit",
        icon="shield-check",
        key="a",
        place=70,
        grant=Grant.AUDIT_READ,
    ),
)
HOME_PANELS = (HomePanel(path="/activity", title="What changed", is_half=True),)
