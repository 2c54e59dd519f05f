"""People, organizations, memberships, teams, and the narrow look-ups that run before anybody is known."""

import sqlalchemy as sa
from alembic import op

from cutwater.schema import tools

revision = "20261120_02_identity"
down_revision = "20261120_01_kernel"
branch_labels = None
depends_on = None

ME = "(select nullif(current_setting('app.user', true), '')::uuid)"
HERE = "(select nullif(current_setting('app.organization', true), '')::uuid)"
ROLES = "OWNER ADMIN MANAGER MEMBER VIEWER"


def flag(name: str, default: str) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text(default), nullable=False)


def revision_column() -> sa.Column[object]:
    return sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False)


def binary(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user_account.id"], name=f"fk_{table}_{column}")


def index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    organization()
    people()
    ways_in()
    membership()
    teams()
    keys()
    policies()
    for statement in LOOKUPS:
        op.execute(sa.text(statement.replace(":", r"\:")))
    for name in NAMES:
        op.execute(f"revoke all on function {name} from public")
        op.execute(f"grant execute on function {name} to cutwater_app")


def organization() -> None:
    tools.table(
        "organization",
        tools.text("name"),
        tools.text("slug"),
        tools.text("zone", default="UTC"),
        revision_column(),
        tools.time("deleted_at"),
        unique("organization", "slug"),
        check("organization", "slug_shape", "slug ~ '^[a-z0-9][a-z0-9-]*$'"),
        organization=False,
    )


def people() -> None:
    tools.table(
        "user_account",
        tools.text("email"),
        tools.text("username"),
        tools.text("name"),
        tools.text("zone", default="UTC"),
        tools.text("locale", default="en"),
        flag("is_active", "true"),
        flag("is_superadmin", "false"),
        tools.time("email_confirmed_at"),
        tools.uuid("last_organization_id"),
        revision_column(),
        unique("user_account", "email"),
        unique("user_account", "username"),
        sa.ForeignKeyConstraint(
            ["last_organization_id"], ["organization.id"], name="fk_user_account_last_organization_id"
        ),
        check("user_account", "email_lower", "email = lower(email)"),
        check("user_account", "username_lower", "username = lower(username)"),
        organization=False,
    )
    index("user_account", "last_organization_id")
    tools.table(
        "user_password",
        tools.uuid("user_id", null=False),
        tools.text("hash"),
        tools.time("changed_at", null=False),
        unique("user_password", "user_id"),
        person("user_password", "user_id"),
        organization=False,
    )


def ways_in() -> None:
    tools.table(
        "sign_in_session",
        tools.uuid("user_id", null=False),
        binary("token_hash"),
        tools.text("browser", default=""),
        tools.text("address", default=""),
        tools.time("expires_at", null=False),
        tools.time("last_used_at", null=False),
        tools.time("ended_at"),
        unique("sign_in_session", "token_hash"),
        person("sign_in_session", "user_id"),
        organization=False,
    )
    index("sign_in_session", "user_id")
    tools.table(
        "account_link",
        tools.uuid("user_id", null=False),
        tools.text("purpose"),
        tools.text("nonce"),
        tools.time("expires_at", null=False),
        tools.time("used_at"),
        person("account_link", "user_id"),
        tools.one_of("account_link", "purpose", "reset confirm"),
        organization=False,
    )
    index("account_link", "user_id")
    tools.table("sign_in_failure", binary("login_hash"), organization=False)
    index("sign_in_failure", "login_hash", "created_at")
    index("sign_in_failure", "created_at")


def membership() -> None:
    tools.table(
        "membership",
        tools.uuid("user_id", null=False),
        tools.text("role"),
        flag("is_auditor", "false"),
        tools.time("ended_at"),
        revision_column(),
        unique("membership", "organization_id", "user_id"),
        person("membership", "user_id"),
        tools.one_of("membership", "role", ROLES),
    )
    index("membership", "user_id")
    tools.table(
        "invitation",
        tools.text("email"),
        tools.text("role"),
        tools.document("team_ids", default="[]"),
        tools.text("nonce"),
        tools.uuid("invited_by"),
        tools.time("expires_at", null=False),
        tools.time("accepted_at"),
        tools.uuid("accepted_by"),
        tools.time("revoked_at"),
        person("invitation", "invited_by"),
        person("invitation", "accepted_by"),
        tools.one_of("invitation", "role", ROLES),
    )
    index("invitation", "invited_by")
    index("invitation", "accepted_by")
    index("invitation", "organization_id", "email")


def teams() -> None:
    tools.table(
        "team",
        tools.text("name"),
        tools.text("slug"),
        tools.text("kind"),
        tools.text("description", default=""),
        revision_column(),
        tools.time("deleted_at"),
        tools.one_of("team", "kind", "discipline delivery operations"),
    )
    op.create_index(
        "uq_team_organization_id_slug",
        "team",
        ["organization_id", "slug"],
        unique=True,
        postgresql_where=sa.text("deleted_at is null"),
    )
    tools.table(
        "team_member",
        tools.uuid("team_id", null=False),
        tools.uuid("user_id", null=False),
        flag("is_lead", "false"),
        unique("team_member", "organization_id", "team_id", "user_id"),
        tools.reference("team_member", "team_id", "team"),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["membership.organization_id", "membership.user_id"],
            name="fk_team_member_organization_id_user_id",
        ),
    )
    index("team_member", "organization_id", "user_id")


def keys() -> None:
    tools.table(
        "refresh_token",
        tools.uuid("user_id", null=False),
        tools.uuid("family_id", null=False),
        binary("token_hash"),
        tools.time("expires_at", null=False),
        tools.time("used_at"),
        tools.time("revoked_at"),
        unique("refresh_token", "token_hash"),
        person("refresh_token", "user_id"),
    )
    index("refresh_token", "user_id")
    index("refresh_token", "organization_id", "family_id")
    tools.table(
        "api_key",
        tools.uuid("user_id"),
        tools.text("role", null=True),
        tools.text("name"),
        tools.text("start"),
        binary("key_hash"),
        tools.document("scopes", default="[]"),
        tools.uuid("created_by", null=False),
        tools.time("expires_at"),
        tools.time("last_used_at"),
        tools.time("revoked_at"),
        unique("api_key", "key_hash"),
        person("api_key", "user_id"),
        person("api_key", "created_by"),
        tools.one_of("api_key", "role", ROLES),
        check("api_key", "person_or_service", "(user_id is null) <> (role is null)"),
    )
    index("api_key", "user_id")
    index("api_key", "created_by")


def policies() -> None:
    """The global tables are bound by the person; what comes earlier goes through the look-ups."""
    for name in ("organization", "user_account", "user_password", "sign_in_session", "account_link"):
        op.execute(f"alter table {name} enable row level security")
        op.execute(f"alter table {name} force row level security")
    op.execute("alter table sign_in_failure enable row level security")
    op.execute("alter table sign_in_failure force row level security")
    shown = f"id = {HERE} or id in (select organization_id from membership where user_id = {ME})"
    op.execute(f"create policy shown on organization for select using ({shown})")
    op.execute(f"create policy founded on organization for insert with check (id = {HERE})")
    op.execute(f"create policy changed on organization for update using (id = {HERE})")
    seen = f"id = {ME} or id in (select user_id from membership where organization_id = {HERE})"
    op.execute(f"create policy seen on user_account for select using ({seen})")
    op.execute(f"create policy signed_up on user_account for insert with check (id = {ME})")
    op.execute(f"create policy changed on user_account for update using (id = {ME})")
    for name in ("user_password", "sign_in_session", "account_link"):
        op.execute(f"create policy own on {name} using (user_id = {ME})")
        op.execute(f"grant select, insert, update on {name} to cutwater_app")
    op.execute("grant select, insert, update on organization, user_account to cutwater_app")
    op.execute(f"create policy own on membership for select using (user_id = {ME})")
    for name in ("refresh_token", "api_key"):
        op.execute(f"create policy own on {name} using (user_id = {ME})")
    # forced row-level security binds the owner too; the look-ups run as it and see what they must
    for name in LOOKED_UP:
        op.execute(f"create policy look_up on {name} to cutwater_migrate using (true)")


LOOKED_UP = (
    "organization",
    "user_account",
    "user_password",
    "sign_in_session",
    "account_link",
    "sign_in_failure",
    "membership",
    "team_member",
    "team",
    "invitation",
    "refresh_token",
    "api_key",
)
DEFINER = "language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$"
NAMES = (
    "identity_actor(bytea, bytea, uuid, uuid, uuid, text)",
    "identity_credentials(text, bytea)",
    "identity_note_failure(bytea)",
    "identity_forget_failures(bytea)",
    "identity_account(text)",
    "identity_taken(text, text, text)",
    "identity_refresh(bytea)",
    "identity_invitation(uuid)",
    "identity_account_link(uuid)",
    "identity_organizations(uuid)",
    "identity_platform_names(uuid[])",
    "identity_end_sessions(uuid)",
)
LOOKUPS = (
    # everything an Actor needs, in one call; what is used is noted at most once a minute
    f"""
    create function identity_actor(p_session bytea, p_key bytea, p_user uuid, p_family uuid,
        p_organization uuid, p_slug text)
    returns table (kind text, id uuid, user_id uuid, name text, zone text, locale text,
        is_superadmin boolean, organization_id uuid, slug text, organization_name text, role text,
        is_auditor boolean, scopes jsonb, team_ids uuid[], last_organization_id uuid)
    {DEFINER}
    declare s record; k record; u record; o record; m record;
        v_kind text := 'user'; v_id uuid; v_user uuid; v_used timestamptz; v_role text; v_scopes jsonb;
        v_organization uuid := p_organization; v_teams uuid[] := '{{}}';
    begin
        if p_session is not null then
            select t.id, t.user_id, t.last_used_at into s from sign_in_session t
                where t.token_hash = p_session and t.ended_at is null and t.expires_at > now();
            if not found then return; end if;
            v_id := s.id; v_user := s.user_id; v_used := s.last_used_at;
        elsif p_key is not null then
            select t.* into k from api_key t where t.key_hash = p_key and t.revoked_at is null
                and (t.expires_at is null or t.expires_at > now());
            if not found then return; end if;
            v_kind := 'api_key'; v_id := k.id; v_user := k.user_id; v_used := k.last_used_at;
            v_role := k.role; v_scopes := k.scopes; v_organization := k.organization_id;
        else
            perform 1 from refresh_token t where t.organization_id = p_organization
                and t.family_id = p_family and t.user_id = p_user and t.revoked_at is null
                and t.expires_at > now() limit 1;
            if not found then return; end if;
            v_user := p_user; v_id := p_family; v_used := now();
        end if;
        if v_user is not null then
            select t.* into u from user_account t where t.id = v_user and t.is_active;
            if not found then return; end if;
        else
            select null::uuid as id, k.name, 'UTC' as zone, 'en' as locale, false as is_superadmin,
                null::uuid as last_organization_id into u;
        end if;
        if v_organization is not null then
            select t.* into o from organization t where t.id = v_organization and t.deleted_at is null;
        elsif p_slug is not null then
            select t.* into o from organization t where t.slug = p_slug and t.deleted_at is null;
        else
            select null::uuid as id, null::text as slug, null::text as name into o;
        end if;
        select null::text as role, false as is_auditor into m;
        if o.id is not null and v_user is not null then
            select t.role, t.is_auditor into m from membership t
                where t.organization_id = o.id and t.user_id = v_user and t.ended_at is null;
            select coalesce(array_agg(t.team_id), '{{}}') into v_teams from team_member t
                join team on team.id = t.team_id and team.deleted_at is null
                where t.organization_id = o.id and t.user_id = v_user;
        end if;
        if v_used is null or v_used < now() - interval '1 minute' then
            if v_kind = 'user' then
                update sign_in_session t set last_used_at = now() where t.id = v_id;
                update user_account t set last_organization_id = o.id where t.id = v_user
                    and m.role is not null and t.last_organization_id is distinct from o.id;
            else
                update api_key t set last_used_at = now() where t.id = v_id;
            end if;
        end if;
        return query select v_kind, v_id, v_user, u.name::text, u.zone::text, u.locale::text,
            u.is_superadmin::boolean, o.id::uuid, o.slug::text, o.name::text,
            coalesce(v_role, m.role)::text, coalesce(m.is_auditor, false), v_scopes, v_teams,
            u.last_organization_id::uuid;
    end $$
    """,
    f"""
    create function identity_credentials(p_login text, p_login_hash bytea)
    returns table (user_id uuid, hash text, is_active boolean, failures timestamptz[])
    {DEFINER}
    begin
        return query select a.id, p.hash, coalesce(a.is_active, false), array(
                select f.created_at from sign_in_failure f where f.login_hash = p_login_hash
                    and f.created_at > now() - interval '1 day' order by f.created_at desc limit 50)
            from (select 1) one
            left join user_account a on a.email = p_login or a.username = p_login
            left join user_password p on p.user_id = a.id limit 1;
    end $$
    """,
    f"""
    create function identity_note_failure(p_login_hash bytea) returns void {DEFINER}
    begin
        delete from sign_in_failure where created_at < now() - interval '1 day';
        insert into sign_in_failure (id, login_hash) values (gen_random_uuid(), p_login_hash);
    end $$
    """,
    f"""
    create function identity_forget_failures(p_login_hash bytea) returns void {DEFINER}
    begin
        delete from sign_in_failure where login_hash = p_login_hash;
    end $$
    """,
    f"""
    create function identity_account(p_email text)
    returns table (id uuid, name text, is_active boolean) {DEFINER}
    begin
        return query select a.id, a.name, a.is_active from user_account a where a.email = p_email;
    end $$
    """,
    f"""
    create function identity_taken(p_email text, p_username text, p_slug text)
    returns table (email boolean, usernames text[], slugs text[]) {DEFINER}
    begin
        return query select
            exists (select 1 from user_account a where a.email = p_email),
            array(select a.username from user_account a where a.username ^@ p_username),
            array(select o.slug from organization o where o.slug ^@ p_slug);
    end $$
    """,
    f"""
    create function identity_refresh(p_hash bytea)
    returns table (id uuid, organization_id uuid, user_id uuid, family_id uuid) {DEFINER}
    begin
        return query select t.id, t.organization_id, t.user_id, t.family_id
            from refresh_token t where t.token_hash = p_hash;
    end $$
    """,
    f"""
    create function identity_invitation(p_id uuid)
    returns table (id uuid, organization_id uuid, organization_name text, slug text, email text, role text,
        nonce text, expires_at timestamptz, accepted_at timestamptz, revoked_at timestamptz,
        inviter text, account_id uuid) {DEFINER}
    begin
        return query select i.id, i.organization_id, o.name, o.slug, i.email, i.role, i.nonce, i.expires_at,
            i.accepted_at, i.revoked_at, coalesce(b.name, ''), a.id
            from invitation i
            join organization o on o.id = i.organization_id and o.deleted_at is null
            left join user_account b on b.id = i.invited_by
            left join user_account a on a.email = i.email
            where i.id = p_id;
    end $$
    """,
    f"""
    create function identity_account_link(p_id uuid)
    returns table (id uuid, user_id uuid, purpose text, nonce text, expires_at timestamptz,
        used_at timestamptz, email text, name text, is_active boolean) {DEFINER}
    begin
        return query select l.id, l.user_id, l.purpose, l.nonce, l.expires_at, l.used_at, a.email, a.name,
            a.is_active from account_link l join user_account a on a.id = l.user_id where l.id = p_id;
    end $$
    """,
    f"""
    create function identity_organizations(p_user uuid)
    returns table (id uuid, slug text, name text, role text, members bigint) {DEFINER}
    begin
        return query select o.id, o.slug, o.name, m.role, (select count(*) from membership c
                where c.organization_id = o.id and c.ended_at is null)
            from organization o
            left join membership m on m.organization_id = o.id and m.user_id = p_user and m.ended_at is null
            where o.deleted_at is null and (m.id is not null or exists (
                select 1 from user_account a where a.id = p_user and a.is_superadmin and a.is_active))
            order by (m.id is null), lower(o.name), o.id limit 500;
    end $$
    """,
    f"""
    create function identity_platform_names(p_ids uuid[]) returns table (id uuid, name text) {DEFINER}
    begin
        return query select a.id, a.name from user_account a where a.id = any(p_ids) and a.is_superadmin;
    end $$
    """,
    # only for a member of the organization the transaction is in, who has no other one left
    f"""
    create function identity_end_sessions(p_user uuid) returns void {DEFINER}
    begin
        update sign_in_session s set ended_at = now() where s.user_id = p_user and s.ended_at is null
            and exists (select 1 from membership m where m.user_id = p_user and m.ended_at is not null
                and m.organization_id = nullif(current_setting('app.organization', true), '')::uuid)
            and not exists (select 1 from membership m where m.user_id = p_user and m.ended_at is null)
            and not exists (select 1 from user_account a where a.id = p_user and a.is_superadmin);
    end $$
    """,
)


def downgrade() -> None:
    for name in NAMES:
        op.execute(f"drop function {name}")
    op.execute("drop policy shown on organization")
    op.execute("drop policy seen on user_account")
    for table in (
        "api_key",
        "refresh_token",
        "team_member",
        "team",
        "invitation",
        "membership",
        "sign_in_failure",
        "account_link",
        "sign_in_session",
        "user_password",
        "user_account",
        "organization",
    ):
        op.drop_table(table)
