"""The event log: append-only, partitioned by month, sealed in hash-chained blocks, followed by snapshot.

Rows come in through `record_events` only: the organization, the time and the transaction id are the
database's own and cannot be forged. The platform's chain has the nil uuid as its organization. There is
no foreign key from the log to anything: deleting a person or an organization never touches it.
"""

import sqlalchemy as sa
from alembic import op

from cutwater.schema import tools

revision = "20261120_03_audit"
down_revision = "20261120_02_identity"
branch_labels = None
depends_on = None

DEFINER = "security definer set search_path = pg_catalog, public, pg_temp"
MONTHS_AHEAD = 6
FUNCTIONS = (
    "record_events(jsonb)",
    "log_head()",
    "log_after(pg_snapshot)",
    "log_gap(pg_snapshot, pg_snapshot)",
    "log_chains()",
    "seal_log(integer)",
    "log_epoch_now()",
    "ensure_log_months(integer)",
)


def upgrade() -> None:
    tables()
    append_only()
    epochs()
    months()
    recording()
    following()
    sealing()
    access()


def tables() -> None:
    op.execute(
        """
        create table event_log (
            id bigint generated always as identity,
            xid xid8 not null default pg_current_xact_id(),
            at timestamptz not null default now(),
            happened_at timestamptz not null,
            organization_id uuid not null,
            actor_kind text not null constraint ck_event_log_actor_kind_known
                check (actor_kind in ('user', 'api_key', 'job')),
            actor_id uuid,
            actor_user_id uuid,
            actor_job text not null,
            name text not null,
            subject_kind text not null,
            subject_id uuid not null,
            subject_key text not null,
            context_kind text,
            context_id uuid,
            context_key text,
            data jsonb not null,
            note_id uuid,
            request_id text not null,
            constraint pk_event_log primary key (id, at)
        ) partition by range (at)
        """
    )
    op.execute("create index ix_event_log_xid on event_log (xid, id)")
    op.execute("create index ix_event_log_timeline on event_log (organization_id, at, id)")
    op.execute("create index ix_event_log_subject on event_log (subject_id, at, id)")
    op.execute(
        "create index ix_event_log_context on event_log (context_id, at, id) where context_id is not null"
    )
    op.execute(
        "create index ix_event_log_actor on event_log (actor_user_id, at, id) where actor_user_id is not null"
    )
    op.execute("create index ix_event_log_name on event_log (organization_id, name, at, id)")
    op.create_table(
        "event_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        tools.text("text"),
        tools.time("erased_at"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_note"),
    )
    op.create_table(
        "log_block",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        tools.time("sealed_at", null=False),
        sa.Column("events_total", sa.BigInteger(), nullable=False),
        sa.Column("event_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("row_hashes", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "number", name="pk_log_block"),
    )


def append_only() -> None:
    """Refuse changes to the log and its blocks for everybody, owner and superuser included."""
    op.execute(
        """
        create function log_refuse() returns trigger language plpgsql as $$ begin
            raise exception 'the log is append-only: no % on %', lower(tg_op), tg_table_name
                using errcode = 'insufficient_privilege';
        end $$
        """
    )
    for name in ("event_log", "log_block"):
        op.execute(
            f"create trigger append_only before update or delete on {name} for each row execute function log_refuse()"
        )
        op.execute(
            f"create trigger no_truncate before truncate on {name} for each statement execute function log_refuse()"
        )
    op.execute(
        """
        create function log_announce() returns trigger language plpgsql as $$ begin
            perform pg_notify('event_log', '');
            return null;
        end $$
        """
    )
    op.execute(
        "create trigger announce after insert on event_log for each statement execute function log_announce()"
    )


def epochs() -> None:
    """Transaction ids start again in a restored or upgraded cluster: each cluster is an epoch of the log."""
    op.create_table(
        "log_epoch",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("system_identifier", sa.BigInteger(), nullable=False),
        sa.Column("first_event_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed_below", sa.Text(), nullable=False),
        tools.time("sealed_at", null=False),
        tools.time("closed_at"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_log_epoch"),
    )
    op.execute("alter table log_epoch alter column sealed_below type xid8 using sealed_below::xid8")
    op.execute(
        f"""
        create function log_epoch_now() returns integer language plpgsql {DEFINER} as $$
        declare
            cluster bigint := (select system_identifier from pg_control_system());
            latest log_epoch;
        begin
            select * into latest from log_epoch order by number desc limit 1;
            if latest.system_identifier = cluster then
                return latest.number;
            end if;
            perform pg_advisory_xact_lock(hashtext('cutwater.log_epoch'));
            select * into latest from log_epoch order by number desc limit 1;
            if latest.system_identifier is distinct from cluster then
                insert into log_epoch (number, system_identifier, first_event_id, sealed_below, sealed_at)
                values (coalesce(latest.number, 0) + 1, cluster,
                        coalesce((select max(id) from event_log), 0) + 1, '0', now())
                returning * into latest;
            end if;
            return latest.number;
        end $$
        """
    )
    op.execute("select log_epoch_now()")


def months() -> None:
    op.execute(
        f"""
        create function ensure_log_months(ahead integer) returns integer language plpgsql {DEFINER} as $$
        declare
            first date := date_trunc('month', now() at time zone 'UTC')::date;
            starts date;
            part text;
            made integer := 0;
        begin
            for step in 0..least(greatest(ahead, 0), 60) loop
                starts := (first + make_interval(months => step))::date;
                part := 'event_log_' || to_char(starts, 'YYYY_MM');
                continue when to_regclass('public.' || part) is not null;
                perform pg_advisory_xact_lock(hashtext('cutwater.log_months'));
                continue when to_regclass('public.' || part) is not null;
                execute format('create table public.%I (like public.event_log including defaults including constraints)', part);
                execute format('alter table public.%I enable row level security', part);
                execute format('alter table public.%I force row level security', part);
                execute format('create trigger no_truncate before truncate on public.%I'
                    ' for each statement execute function log_refuse()', part);
                execute format('alter table public.event_log attach partition public.%I for values from (%L) to (%L)',
                    part, starts::text || ' 00:00+00', (starts + interval '1 month')::date::text || ' 00:00+00');
                made := made + 1;
            end loop;
            return made;
        end $$
        """
    )
    op.execute(f"select ensure_log_months({MONTHS_AHEAD})")


def recording() -> None:
    """One call writes any number of events, in their order, and gives their ids back in that order. Notes, and
    the texts that the changes refer to, are rows of their own."""
    op.execute(
        f"""
        create function record_events(events jsonb) returns table (event_id bigint, chain_id uuid)
        language plpgsql {DEFINER} as $$
        declare
            chain uuid := coalesce(nullif(current_setting('app.organization', true), '')::uuid,
                                   '00000000-0000-0000-0000-000000000000');
        begin
            perform log_epoch_now();
            insert into event_note (id, organization_id, text)
            select e.note_id, chain, e.note
            from jsonb_to_recordset(events) as e (note_id uuid, note text) where e.note_id is not null;
            insert into event_note (id, organization_id, text)
            select t.id, chain, t.text
            from jsonb_to_recordset(events) as e (texts jsonb)
            cross join lateral jsonb_to_recordset(e.texts) as t (id uuid, text text);
            return query
            insert into event_log (happened_at, organization_id, actor_kind, actor_id, actor_user_id, actor_job,
                name, subject_kind, subject_id, subject_key, context_kind, context_id, context_key,
                data, note_id, request_id)
            select e.happened_at, chain, e.actor_kind, e.actor_id, e.actor_user_id, e.actor_job,
                e.name, e.subject_kind, e.subject_id, e.subject_key, e.context_kind, e.context_id, e.context_key,
                e.data, e.note_id, e.request_id
            from rows from (jsonb_to_recordset(events) as (happened_at timestamptz, actor_kind text,
                actor_id uuid, actor_user_id uuid, actor_job text, name text,
                subject_kind text, subject_id uuid, subject_key text,
                context_kind text, context_id uuid, context_key text,
                data jsonb, note_id uuid, request_id text)) with ordinality
                as e (happened_at, actor_kind, actor_id, actor_user_id, actor_job, name,
                    subject_kind, subject_id, subject_key, context_kind, context_id, context_key,
                    data, note_id, request_id, place)
            order by e.place
            returning event_log.id, event_log.organization_id;
        end $$
        """
    )


RECENT = """at > now() - interval '2 days' and at < now() + interval '1 day'
                    and id >= (select first_event_id from log_epoch order by number desc limit 1)"""
SEEN = """e.id, e.xid::text, e.at, e.happened_at, e.organization_id, e.actor_kind, e.actor_id, e.actor_user_id,
    e.actor_job, e.name, e.subject_kind, e.subject_id, e.subject_key, e.context_kind, e.context_id,
    e.context_key, e.data"""
SEEN_TABLE = """id bigint, xid text, at timestamptz, happened_at timestamptz, organization_id uuid,
    actor_kind text, actor_id uuid, actor_user_id uuid, actor_job text, name text, subject_kind text,
    subject_id uuid, subject_key text, context_kind text, context_id uuid, context_key text, data jsonb"""


def following() -> None:
    """What committed after a snapshot: for the live hub over all organizations, for one client in its own."""
    op.execute(
        f"""
        create function log_head() returns table (epoch integer, snapshot text)
        language sql stable {DEFINER} as $$
            select (select number from log_epoch order by number desc limit 1), pg_current_snapshot()::text
        $$
        """
    )
    op.execute(
        f"""
        create function log_after(since pg_snapshot) returns table (snapshot text, {SEEN_TABLE})
        language sql stable {DEFINER} as $$
            select pg_current_snapshot()::text, {SEEN}
            from (select 1) as one left join lateral (
                select * from event_log
                where {RECENT} and xid >= pg_snapshot_xmin(since) and not pg_visible_in_snapshot(xid, since)
                order by xid, id limit 5001
            ) e on true order by e.xid, e.id
        $$
        """
    )
    op.execute(
        f"""
        create function log_gap(since pg_snapshot, until pg_snapshot) returns table (snapshot text, {SEEN_TABLE})
        language sql stable {DEFINER} as $$
            select pg_current_snapshot()::text, {SEEN}
            from (select 1) as one left join lateral (
                select * from event_log
                where {RECENT} and xid >= pg_snapshot_xmin(since) and not pg_visible_in_snapshot(xid, since)
                    and (until is null or pg_visible_in_snapshot(xid, until))
                    and organization_id = (select nullif(current_setting('app.organization', true), '')::uuid)
                order by xid, id limit 5001
            ) e on true order by e.xid, e.id
        $$
        """
    )


NETSTRING = "coalesce(octet_length({0}) || ':' || {0}, '-') || ','"
MOMENT = "to_char({0} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
CANONICAL = (
    "(e.id)::text",
    "(e.xid)::text",
    MOMENT.format("e.at"),
    MOMENT.format("e.happened_at"),
    "(e.organization_id)::text",
    "e.actor_kind",
    "(e.actor_id)::text",
    "(e.actor_user_id)::text",
    "e.actor_job",
    "e.name",
    "e.subject_kind",
    "(e.subject_id)::text",
    "e.subject_key",
    "e.context_kind",
    "(e.context_id)::text",
    "e.context_key",
    "(e.data)::text",
    "(e.note_id)::text",
    "e.request_id",
)


def sealing() -> None:
    """Rows of finished transactions, older than every running one, are hashed into one block per chain."""
    text = " || ".join(NETSTRING.format(each) for each in CANONICAL)
    op.execute(
        f"""
        create function log_row_hash(e event_log) returns bytea language sql stable as $$
            select sha256(convert_to('cutwater.log.1;' || {text}, 'UTF8'))
        $$
        """
    )
    op.execute(
        f"""
        create function log_add_block(chain uuid, epoch integer, ids bigint[], hashes bytea) returns void
        language plpgsql as $$
        declare
            last log_block;
            sealed timestamptz := clock_timestamp();
            header text;
        begin
            select * into last from log_block b where b.organization_id = chain order by b.number desc limit 1;
            last.number := coalesce(last.number, 0) + 1;
            last.events_total := coalesce(last.events_total, 0) + cardinality(ids);
            last.previous := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
            header := concat_ws('|', 'cutwater.log.1', chain::text, last.number::text, epoch::text,
                {MOMENT.format("sealed")}, last.events_total::text,
                array_to_string(ids, ','));
            insert into log_block (organization_id, number, epoch, sealed_at, events_total,
                event_ids, row_hashes, previous, hash)
            values (chain, last.number, epoch, sealed, last.events_total, ids, hashes, last.previous,
                sha256(convert_to(header || chr(10), 'UTF8') || last.previous || hashes));
        end $$
        """
    )
    op.execute(
        f"""
        create function seal_log(most integer) returns integer language plpgsql {DEFINER} as $$
        declare
            era record;
            horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
            below xid8;
            piece record;
            sealed integer := 0;
            before integer;
        begin
            if not pg_try_advisory_xact_lock(hashtext('cutwater.seal')) then
                return 0;
            end if;
            perform log_epoch_now();
            for era in
                select number, first_event_id, sealed_below, sealed_at,
                    lead(first_event_id) over (order by number) as next_first, closed_at
                from log_epoch order by number
            loop
                continue when era.closed_at is not null;
                if era.next_first is not null then
                    horizon := '18446744073709551615';
                else
                    horizon := pg_snapshot_xmin(pg_current_snapshot());
                end if;
                select e.xid into below from event_log e
                where e.at > era.sealed_at - interval '7 days' and e.id >= era.first_event_id
                    and (era.next_first is null or e.id < era.next_first)
                    and e.xid >= era.sealed_below and e.xid < horizon
                order by e.xid, e.id offset greatest(most, 1) limit 1;
                if below is null or below <= era.sealed_below then
                    below := horizon;
                end if;
                before := sealed;
                for piece in
                    select s.organization_id, array_agg(s.id order by s.xid, s.id) as ids,
                        string_agg(s.digest, ''::bytea order by s.xid, s.id) as hashes
                    from (
                        select e.organization_id, e.id, e.xid, log_row_hash(e) as digest,
                            (row_number() over (partition by e.organization_id order by e.xid, e.id) - 1) / 5000
                                as part
                        from event_log e
                        where e.at > era.sealed_at - interval '7 days' and e.id >= era.first_event_id
                            and (era.next_first is null or e.id < era.next_first)
                            and e.xid >= era.sealed_below and e.xid < below
                    ) s group by s.organization_id, s.part order by s.organization_id, s.part
                loop
                    perform log_add_block(piece.organization_id, era.number, piece.ids, piece.hashes);
                    sealed := sealed + cardinality(piece.ids);
                end loop;
                -- an idle log is not written to: the next look begins where this one did
                continue when sealed = before and era.next_first is null
                    and era.sealed_at > now() - interval '10 minutes';
                update log_epoch set sealed_below = below, updated_at = now(),
                    sealed_at = case when below = horizon then now() else log_epoch.sealed_at end,
                    closed_at = case when below = horizon and era.next_first is not null then now() end
                where log_epoch.number = era.number;
            end loop;
            return sealed;
        end $$
        """
    )
    op.execute(
        f"""
        create function log_chains() returns table (organization_id uuid, number bigint, hash bytea,
            sealed_at timestamptz, events_total bigint, slug text)
        language sql stable {DEFINER} as $$
            with recursive chain as (
                (select b.organization_id from log_block b order by b.organization_id limit 1)
                union all
                select (select b.organization_id from log_block b where b.organization_id > chain.organization_id
                        order by b.organization_id limit 1)
                from chain where chain.organization_id is not null
            )
            select chain.organization_id, last.number, last.hash, last.sealed_at, last.events_total,
                coalesce((select o.slug from organization o where o.id = chain.organization_id), '')
            from chain cross join lateral (
                select * from log_block b where b.organization_id = chain.organization_id
                order by b.number desc limit 1
            ) last
        $$
        """
    )


def access() -> None:
    for name, grants in (("event_log", "select"), ("log_block", "select"), ("event_note", "select")):
        tools.secure(name, grants=grants)
        op.execute(f"create policy definer on {name} to cutwater_migrate using (true) with check (true)")
    op.execute("grant update (text, erased_at, updated_at) on event_note to cutwater_app")
    op.execute("grant select on log_epoch to cutwater_app")
    for each in FUNCTIONS:
        op.execute(f"revoke all on function {each} from public")
        op.execute(f"grant execute on function {each} to cutwater_app, cutwater_worker")


def downgrade() -> None:
    for each in (*FUNCTIONS, "log_row_hash(event_log)", "log_add_block(uuid, integer, bigint[], bytea)"):
        op.execute(f"drop function {each}")
    for name in ("event_log", "log_block", "event_note", "log_epoch"):
        op.drop_table(name)
    op.execute("drop function log_announce(), log_refuse()")
