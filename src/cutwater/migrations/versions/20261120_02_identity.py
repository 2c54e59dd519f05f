"""Placeholder in the chain until the module's tables are written."""

from alembic import op

from cutwater.migrations import tools

revision = "20261120_02_identity"
down_revision = "20261120_01_kernel"
branch_labels = None
depends_on = None

NEEDED = (op, tools)


def upgrade() -> None:
    tools.table("organization", organization=False)
    op.execute("grant select, insert on organization to cutwater_app")


def downgrade() -> None:
    pass
