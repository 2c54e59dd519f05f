"""What migrations share. It never imports the app, so that history keeps meaning what it meant."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

OURS = "organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)"


def table(name: str, *columns: SchemaItem, organization: bool = True, owner: bool = True) -> None:
    """Create a table with id, created_at and updated_at; with an organization also its column, the unique
    key for composite references, row-level security and the app's grants.

    `owner=False` leaves out the foreign key to `organization` (for tables made before it).
    """
    head: list[SchemaItem] = [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    ]
    if organization:
        default = sa.text("current_setting('app.organization')::uuid")
        head.append(sa.Column("organization_id", sa.Uuid(), server_default=default, nullable=False))
        head.append(sa.UniqueConstraint("organization_id", "id", name=f"uq_{name}_organization_id_id"))
    if organization and owner:
        named = f"fk_{name}_organization_id"
        head.append(sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=named))
    op.create_table(name, *head, *columns, sa.PrimaryKeyConstraint("id", name=f"pk_{name}"))
    if organization:
        secure(name)


def text(
    name: str, *, null: bool = False, default: str | None = None, collation: str | None = None
) -> sa.Column[object]:
    """A text column."""
    server = sa.text(f"'{default}'") if default is not None else None
    return sa.Column(name, sa.Text(collation=collation), nullable=null, server_default=server)


def time(name: str, *, null: bool = True) -> sa.Column[object]:
    """A timestamp with time zone."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def document(name: str, *, default: str = "{}", null: bool = False) -> sa.Column[object]:
    """A jsonb column."""
    return sa.Column(name, postgresql.JSONB(), server_default=sa.text(f"'{default}'::jsonb"), nullable=null)


def uuid(name: str, *, null: bool = True) -> sa.Column[object]:
    """A uuid column."""
    return sa.Column(name, sa.Uuid(), nullable=null)


def reference(
    own_table: str, column: str, other: str, *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    """A composite foreign key inside the organization, named as the models name it."""
    return sa.ForeignKeyConstraint(
        ["organization_id", column],
        [f"{other}.organization_id", f"{other}.id"],
        name=f"fk_{own_table}_organization_id_{column}",
        ondelete=ondelete,
    )


def one_of(own_table: str, column: str, values: str, *, name: str = "") -> sa.CheckConstraint:
    """A check that a text column holds one of these space-separated values, named as the models name it."""
    listed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(
        f"{column} in ({listed})", name=op.f(f"ck_{own_table}_{name or f'{column}_known'}")
    )


def secure(name: str, *, grants: str = "select, insert, update, delete", using: str = OURS) -> None:
    """Row-level security that binds the owner too, and what the app may do."""
    op.execute(f"alter table {name} enable row level security")
    op.execute(f"alter table {name} force row level security")
    op.execute(f"create policy organization on {name} using ({using})")
    op.execute(f"grant {grants} on {name} to cutwater_app")
