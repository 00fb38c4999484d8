-- A version 7 UUID: 48 bits of milliseconds, then random. Made here, never by a node, so that only one clock counts.
create function uuid_v7(moment timestamptz) returns uuid
    language sql volatile parallel safe
    return encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                placing substring(int8send(floor(extract(epoch from moment) * 1000)::bigint) from 3) from 1 for 6),
            52, 1), 53, 1),
        'hex')::uuid;

-- The first kick id that a day (UTC) can have: where its partition starts.
create function first_kick_id_of(day date) returns uuid
    language sql immutable parallel safe
    return encode(
        substring(int8send((extract(epoch from day::timestamp) * 1000)::bigint) from 3) || decode('00000000000000000000', 'hex'),
        'hex')::uuid;

-- Partitioned by day through the time in the id, so that an id alone finds its partition and its row.
create table kicks (
    kick_id              uuid        not null primary key,
    merchant_id          uuid        not null,
    terminal_id          text        not null,
    management_system_id text        not null,
    access_protocol      text        not null,
    reference            text        check (length(reference) <= 100),
    api_key_id           text        not null,
    trace_parent         text,
    state                text        not null check (state in ('accepted', 'published', 'delivered', 'connected', 'expired', 'cancelled', 'failed')),
    -- What is known of the broker: `never_sent` is said only when no byte can have reached it.
    broker_outcome       text        not null check (broker_outcome in ('never_sent', 'unknown', 'acked')),
    failure_code         text,
    -- The node and number of the newest attempt to publish: an older attempt's news is fenced off by them.
    node                 text        not null,
    attempt              int         not null,
    accepted_at          timestamptz not null,
    expires_at           timestamptz not null,
    published_at         timestamptz,
    delivered_at         timestamptz,
    connected_at         timestamptz,
    ended_at             timestamptz
) partition by range (kick_id);
create index kicks_merchant on kicks (merchant_id, kick_id desc);
create index kicks_terminal on kicks (terminal_id, kick_id desc);
call guard_tenant_table('kicks');
grant select on kicks to cloudkick_service;

-- Everything that happened to a kick, in the order in which it was recorded.
create sequence kick_event_ids;
create table kick_events (
    kick_id     uuid        not null,
    event_id    bigint      not null default nextval('kick_event_ids'),
    merchant_id uuid        not null,
    event       text        not null,
    at          timestamptz not null,
    node        text,
    detail      text,
    primary key (kick_id, event_id)
) partition by range (kick_id);
call guard_tenant_table('kick_events');
grant select on kick_events to cloudkick_service;

create table kicks_default partition of kicks default;
create table kick_events_default partition of kick_events default;
call guard_tenant_table('kicks_default');
call guard_tenant_table('kick_events_default');

-- The kicks that are not final yet: at most one per terminal, and few, whatever the history holds.
-- The lease says who is publishing; when it lapses (lease_until passes) any node may claim the next attempt.
create table open_kicks (
    terminal_id     text        not null primary key,
    kick_id         uuid        not null unique,
    merchant_id     uuid        not null,
    expires_at      timestamptz not null,
    lease_owner     text,
    lease_until     timestamptz,
    attempt         int         not null default 1,
    -- The current attempt has not been reported back: a byte may be under way.
    attempt_pending boolean     not null default true,
    -- Some earlier attempt may have reached the broker.
    maybe_sent      boolean     not null default false,
    -- Somebody waits for the end and wants to be told by notification.
    watched         boolean     not null default false
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index open_kicks_lease on open_kicks (lease_until) where lease_until is not null;
create index open_kicks_deadline on open_kicks (expires_at);
call guard_tenant_table('open_kicks');
grant select on open_kicks to cloudkick_service;

create table idempotency_keys (
    merchant_id uuid        not null,
    key         text        not null check (length(key) between 1 and 255),
    fingerprint bytea       not null,
    kick_id     uuid        not null,
    created_at  timestamptz not null,
    primary key (merchant_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
call guard_tenant_table('idempotency_keys');

-- The relay's processes. One that is silent too long is dead, and so are the sessions that it held.
create table nodes (
    node       text        not null primary key,
    started_at timestamptz not null,
    seen_at    timestamptz not null
);
grant select on nodes to cloudkick_service;

create table tas_sessions (
    session_id   uuid        not null primary key,
    merchant_id  uuid        not null,
    terminal_id  text        not null,
    kick_id      uuid        not null,
    node         text        not null,
    remote       text        not null,
    opened_at    timestamptz not null,
    closed_at    timestamptz,
    close_reason text
);
create unique index tas_sessions_live on tas_sessions (terminal_id) where closed_at is null;
create index tas_sessions_terminal on tas_sessions (terminal_id, opened_at desc);
create index tas_sessions_node on tas_sessions (node) where closed_at is null;
call guard_tenant_table('tas_sessions');
grant select on tas_sessions to cloudkick_service;

-- Makes the daily partitions from yesterday to `days_ahead` days from today and drops those older than `retention_days`.
-- Returns how many were made and dropped. Several nodes may call it at once; it gives up after two seconds rather than hold up kicks.
create function maintain_kick_partitions(days_ahead int, retention_days int) returns table (made int, dropped int)
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s'
as $$
declare
    today date := (clock_timestamp() at time zone 'utc')::date;
    day date;
    parent text;
    partition_name text;
begin
    made := 0;
    dropped := 0;
    perform pg_advisory_xact_lock(hashtextextended('kick partitions', 0));
    foreach parent in array array['kicks', 'kick_events'] loop
        for day in select generate_series(today - 1, today + days_ahead, interval '1 day')::date loop
            partition_name := parent || to_char(day, '_YYYYMMDD');
            continue when to_regclass(partition_name) is not null;
            -- Room on each page for a kick's later states, so that its updates touch no index.
            execute format('create table %I (like %I including defaults including constraints) with (fillfactor = 60)', partition_name, parent);
            call guard_tenant_table(partition_name::regclass);
            -- What the day has in the default partition already, because nobody made its own in time, moves.
            execute format('with moved as (delete from %I where kick_id >= %L and kick_id < %L returning *) insert into %I select * from moved',
                parent || '_default', first_kick_id_of(day), first_kick_id_of(day + 1), partition_name);
            execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                parent, partition_name, first_kick_id_of(day), first_kick_id_of(day + 1));
            made := made + 1;
        end loop;
        for partition_name in
            select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = parent::regclass and c.relname ~ ('^' || parent || '_\d{8}$')
              and right(c.relname, 8) < to_char(today - retention_days, 'YYYYMMDD')
        loop
            execute format('drop table %I', partition_name);
            dropped := dropped + 1;
        end loop;
    end loop;
    return next;
end
$$;

select maintain_kick_partitions(7, 400);

revoke execute on all functions in schema public from public;
grant execute on function maintain_kick_partitions(int, int) to cloudkick_service;
