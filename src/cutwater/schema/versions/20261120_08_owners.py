"""The kernel's tables were made before the organizations they belong to: tie them."""

from alembic import op

revision = "20261120_08_owners"
down_revision = "20261120_07_runbooks"
branch_labels = None
depends_on = None

TABLES = ("key_counter", "search_entry", "search_word", "stored_file", "idempotency_key")


def upgrade() -> None:
    for name in TABLES:
        named = f"fk_{name}_organization_id"
        op.create_foreign_key(named, name, "organization", ["organization_id"], ["id"])


def downgrade() -> None:
    for name in TABLES:
        op.drop_constraint(f"fk_{name}_organization_id", name, type_="foreignkey")
