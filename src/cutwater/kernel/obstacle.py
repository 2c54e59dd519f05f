"""What is in the way, said once: the 409, the disabled button, the docs and the tests all read it."""

from cutwater.kernel.frozen import frozen


@frozen
class Obstacle:
    """One reason why something may not happen now.

    `code` is stable and dotted (`dependency.open`), `text` says what is in the way, `hint` what would
    clear it, `cleared_by` who can. Codes that start with `permission.` refuse with 403, others with 409.
    """

    code: str
    text: str
    hint: str = ""
    cleared_by: str = ""

    @property
    def is_permission(self) -> bool:
        return self.code.startswith("permission.")
