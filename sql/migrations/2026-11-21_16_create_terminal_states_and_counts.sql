-- What lists and overviews ask of many terminals and many kicks at once, kept ready: how each terminal stands, and how many kicks ended
-- how in each minute and hour. Derived from the other tables, by triggers and by roll_up_kicks; nothing decides by it.

create function firmware_is_old(version text) returns boolean
    language sql immutable parallel safe
    return string_to_array(version, '.')::int[] < array[14, 0, 11, 1];

-- The first kick id that a moment can have.
create function first_kick_id_at(moment timestamptz) returns uuid
    language sql immutable parallel safe
    return encode(
        substring(int8send(floor(extract(epoch from moment) * 1000)::bigint) from 3) || decode('00000000000000000000', 'hex'),
        'hex')::uuid;

create table terminal_states (
    terminal_id      text    not null primary key references terminals on delete cascade,
    merchant_id      uuid,
    presence         text    not null default 'never-seen' check (presence in ('online', 'offline', 'never-seen')),
    old_firmware     boolean not null,
    cloud_connect_1  boolean not null,
    -- Of its present merchant's kicks: how many failed since one last connected, since when, and how the newest ended.
    failures_in_row  int     not null default 0,
    failing_since    timestamptz,
    last_kick_at     timestamptz,
    last_kick_state  text,
    -- The share of its kicks that fail, the newer ones counting more.
    usual_failure    real    not null default 0
) with (fillfactor = 80);
create index terminal_states_merchant on terminal_states (merchant_id, presence, terminal_id);
create index terminal_states_presence on terminal_states (presence, terminal_id);
create index terminal_states_failing on terminal_states (merchant_id, terminal_id) where failures_in_row >= 3;
create index terminal_states_all_failing on terminal_states (terminal_id) where failures_in_row >= 3;
create index terminal_states_firmware on terminal_states (merchant_id, terminal_id) where old_firmware;
create index terminal_states_all_firmware on terminal_states (terminal_id) where old_firmware;
create index terminal_states_1_0 on terminal_states (merchant_id, terminal_id) where cloud_connect_1;
create index terminal_states_all_1_0 on terminal_states (terminal_id) where cloud_connect_1;
call guard_tenant_table('terminal_states');
grant select on terminal_states to cloudkick_service;

insert into terminal_states (terminal_id, merchant_id, presence, old_firmware, cloud_connect_1)
select t.terminal_id, t.merchant_id, case when p.connected then 'online' when not p.connected then 'offline' else 'never-seen' end, coalesce(firmware_is_old(t.firmware_version), false), t.connect_mode <> '2.0'
from terminals t
left join terminal_presence p on p.terminal_id = t.terminal_id;

create function follow_terminal() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    insert into terminal_states as s (terminal_id, merchant_id, old_firmware, cloud_connect_1)
    values (new.terminal_id, new.merchant_id, coalesce(firmware_is_old(new.firmware_version), false), new.connect_mode <> '2.0')
    on conflict (terminal_id) do update
    set merchant_id = excluded.merchant_id, old_firmware = excluded.old_firmware, cloud_connect_1 = excluded.cloud_connect_1,
        -- What an earlier merchant's kicks were like is not this one's business.
        failures_in_row = case when s.merchant_id is not distinct from excluded.merchant_id then s.failures_in_row else 0 end,
        failing_since = case when s.merchant_id is not distinct from excluded.merchant_id then s.failing_since end,
        last_kick_at = case when s.merchant_id is not distinct from excluded.merchant_id then s.last_kick_at end,
        last_kick_state = case when s.merchant_id is not distinct from excluded.merchant_id then s.last_kick_state end,
        usual_failure = case when s.merchant_id is not distinct from excluded.merchant_id then s.usual_failure else 0 end;
    return null;
end
$$;
create trigger follow_terminal after insert or update on terminals for each row execute function follow_terminal();

create function follow_presence() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    update terminal_states s set presence = case when new.connected then 'online' else 'offline' end where s.terminal_id = new.terminal_id;
    return null;
end
$$;
create trigger follow_presence_insert after insert on terminal_presence for each row execute function follow_presence();
create trigger follow_presence_update after update on terminal_presence for each row
    when (old.connected is distinct from new.connected) execute function follow_presence();

-- Searching by how an id or a label begins, whatever the database's collation.
create index terminals_id_prefix on terminals (terminal_id text_pattern_ops);
create index terminals_merchant_id_prefix on terminals (merchant_id, terminal_id text_pattern_ops);
create index terminals_label_prefix on terminals (lower(label) text_pattern_ops) where label <> '';
create index terminals_merchant_label_prefix on terminals (merchant_id, lower(label) text_pattern_ops) where label <> '';

create index kicks_reference on kicks (merchant_id, reference) where reference is not null;

-- Kicks by when they were accepted and how they ended. `bucket`: how long a terminal took to connect, in steps of a fifth more each:
-- from 1.2^bucket ms on; -1 for kicks that did not make it connect.
create table kick_minutes (
    merchant_id uuid        not null,
    minute      timestamptz not null,
    state       text        not null,
    bucket      smallint    not null,
    kicks       int         not null,
    primary key (merchant_id, minute, state, bucket)
);
create index kick_minutes_minute on kick_minutes (minute);
call guard_tenant_table('kick_minutes');
grant select on kick_minutes to cloudkick_service;

create table kick_hours (
    merchant_id uuid        not null,
    hour        timestamptz not null,
    state       text        not null,
    kicks       int         not null,
    primary key (merchant_id, hour, state)
);
create index kick_hours_hour on kick_hours (hour);
call guard_tenant_table('kick_hours');
grant select on kick_hours to cloudkick_service;

-- Up to which kick they are counted.
create table kick_rollup (
    only_one boolean not null primary key default true check (only_one),
    upto     uuid    not null
);
grant select on kick_rollup to cloudkick_service;
insert into kick_rollup (upto) values (first_kick_id_at(now() - interval '1 day'));

create function connect_bucket(accepted timestamptz, connected timestamptz) returns smallint
    language sql immutable parallel safe
    return floor(ln(greatest(extract(epoch from connected - accepted) * 1000, 1)) / ln(1.2))::smallint;

-- Counts up to `p_limit` kicks that have ended, in the order of their ids and never past one that is open or that is younger than
-- `p_settled`: a batch that is just being stored has ids that are older than its commit. Returns how many.
-- One node does it at a time; the others find nothing to do.
create function roll_up_kicks(p_limit int, p_settled interval default interval '2 seconds') returns int
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan set enable_seqscan = off
as $$
declare
    counted_to uuid;
    horizon uuid;
    last_id uuid;
    counted int;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('roll up kicks', 0)) then
        return 0;
    end if;
    select r.upto into counted_to from kick_rollup r;
    horizon := least(
        (select o.kick_id from open_kicks o order by o.kick_id limit 1),
        first_kick_id_at(clock_timestamp() - p_settled));

    with ended as materialized (
        select k.kick_id, k.merchant_id, k.terminal_id, k.state, k.accepted_at,
               case when k.state = 'connected' and k.attempt > 0 then connect_bucket(k.accepted_at, k.connected_at) else -1::smallint end as bucket
        from kicks k
        where k.kick_id > counted_to and k.kick_id < horizon
        order by k.kick_id
        limit p_limit
    ),
    minutes as (
        insert into kick_minutes as m (merchant_id, minute, state, bucket, kicks)
        select e.merchant_id, date_trunc('minute', e.accepted_at), e.state, e.bucket, count(*)
        from ended e group by 1, 2, 3, 4
        on conflict (merchant_id, minute, state, bucket) do update set kicks = m.kicks + excluded.kicks
    ),
    hours as (
        insert into kick_hours as h (merchant_id, hour, state, kicks)
        select e.merchant_id, date_trunc('hour', e.accepted_at), e.state, count(*)
        from ended e group by 1, 2, 3
        on conflict (merchant_id, hour, state) do update set kicks = h.kicks + excluded.kicks
    ),
    judged as (
        -- Cancelled kicks say nothing about the terminal.
        select e.*, sum((e.state = 'connected')::int) over (partition by e.terminal_id, e.merchant_id order by e.kick_id desc) as later_successes
        from ended e where e.state <> 'cancelled'
    ),
    of_terminal as (
        select j.terminal_id, j.merchant_id, count(*) as kicks, count(*) filter (where j.state <> 'connected') as failures,
               bool_or(j.state = 'connected') as connected_once,
               count(*) filter (where j.later_successes = 0) as failures_since,
               min(j.accepted_at) filter (where j.later_successes = 0) as failing_since,
               max(j.accepted_at) as last_at, (array_agg(j.state order by j.kick_id desc))[1] as last_state
        from judged j group by j.terminal_id, j.merchant_id
    ),
    states as (
        update terminal_states s
        set failures_in_row = o.failures_since + case when o.connected_once then 0 else s.failures_in_row end,
            failing_since = case when o.connected_once or s.failures_in_row = 0 then o.failing_since else s.failing_since end,
            last_kick_at = o.last_at, last_kick_state = o.last_state,
            usual_failure = s.usual_failure * 0.95 ^ least(o.kicks, 200) + (1 - 0.95 ^ least(o.kicks, 200)) * (o.failures::real / o.kicks)
        from of_terminal o
        where s.terminal_id = o.terminal_id and s.merchant_id = o.merchant_id
    )
    select count(*), (array_agg(e.kick_id order by e.kick_id desc))[1] into counted, last_id from ended e;

    if counted > 0 then
        update kick_rollup set upto = last_id;
    end if;
    return counted;
end
$$;

-- Minutes are kept for two days, hours for five weeks.
create function forget_kick_counts() returns void
    language sql security definer set search_path = public, pg_temp
as $$
    delete from kick_minutes m where m.minute < now() - interval '2 days';
    delete from kick_hours h where h.hour < now() - interval '35 days';
$$;

revoke execute on all functions in schema public from public;
grant execute on function first_kick_id_at(timestamptz), connect_bucket(timestamptz, timestamptz), roll_up_kicks(int, interval), forget_kick_counts() to cloudkick_service;
