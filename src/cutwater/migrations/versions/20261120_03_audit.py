"""Placeholder in the chain until the module's tables are written."""

from alembic import op

from cutwater.migrations import tools

revision = "20261120_03_audit"
down_revision = "20261120_02_identity"
branch_labels = None
depends_on = None

NEEDED = (op, tools)


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
