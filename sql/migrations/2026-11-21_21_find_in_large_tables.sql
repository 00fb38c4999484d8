-- What people and tills look for is found by indexes, however much is stored: a hundred thousand terminals, ten million kicks.

-- As subqueries the policies' functions are called once for a statement and not for each row, and PostgreSQL takes the platform's statements
-- for what they are: statements that see much, whose first page is quickest found in the order of an index.
do $$
declare
    policy record;
begin
    for policy in
        select p.polrelid::regclass as guarded, p.polname
        from pg_policy p
        join pg_class c on c.oid = p.polrelid
        where p.polname in ('tenant', 'platform') and not c.relispartition
    loop
        execute format('alter policy %I on %s using (%s)', policy.polname, policy.guarded,
            case policy.polname when 'tenant' then 'merchant_id = (select current_merchant())' else '(select is_platform())' end);
    end loop;
end
$$;

create or replace procedure guard_tenant_table(table_name regclass)
    language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', table_name);
    execute format('alter table %s force row level security', table_name);
    execute format('create policy tenant on %s to cloudkick_service using (merchant_id = (select current_merchant()))', table_name);
    execute format('create policy platform on %s to cloudkick_service using ((select is_platform()))', table_name);
    execute format('create policy owner_functions on %s to current_user using (true)', table_name);
end
$$;

-- The few kicks that ended otherwise than connected, as far as they are counted: who looks for those of a merchant with millions need not
-- read the others. An index of kicks by their state would be written anew with every state of every kick.
create table unsuccessful_kicks (
    kick_id     uuid not null primary key,
    merchant_id uuid not null,
    state       text not null
);
create index unsuccessful_kicks_state on unsuccessful_kicks (merchant_id, state, kick_id desc);
call guard_tenant_table('unsuccessful_kicks');
grant select on unsuccessful_kicks to cloudkick_service;

insert into unsuccessful_kicks (kick_id, merchant_id, state)
select k.kick_id, k.merchant_id, k.state
from kicks k
where k.kick_id <= (select r.upto from kick_rollup r) and k.state in ('expired', 'cancelled', 'failed');

-- Counts up to `p_limit` kicks that have ended, in the order of their ids and never past one that is open or that is younger than
-- `p_settled`: a batch that is just being stored has ids that are older than its commit. Returns how many.
-- One node does it at a time; the others find nothing to do.
create or replace function roll_up_kicks(p_limit int, p_settled interval default interval '2 seconds') returns int
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
    unsuccessful as (
        insert into unsuccessful_kicks (kick_id, merchant_id, state)
        select e.kick_id, e.merchant_id, e.state from ended e where e.state in ('expired', 'cancelled', 'failed')
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

-- What belongs to kicks is kept as long as they are, and found by its age. A sorted index would cost each session more, and lure
-- "a terminal's newest session" into going through everybody's.
create index tas_sessions_age on tas_sessions using brin (opened_at) with (autosummarize = on);

-- Forgets sessions and unsuccessful kicks of the days whose kicks are gone, up to ten thousand of each a call. Returns how many.
create function forget_what_followed_kicks(p_retention_days int) returns int
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    first_day date := (clock_timestamp() at time zone 'utc')::date - p_retention_days;
    sessions int;
    kicks int;
begin
    delete from tas_sessions s
    where s.session_id in (
        select o.session_id from tas_sessions o
        where o.opened_at < first_day::timestamp at time zone 'utc' and o.closed_at is not null
        limit 10000
        for update skip locked);
    get diagnostics sessions = row_count;

    delete from unsuccessful_kicks u
    where u.kick_id in (
        select o.kick_id from unsuccessful_kicks o where o.kick_id < first_kick_id_of(first_day) order by o.kick_id limit 10000 for update skip locked);
    get diagnostics kicks = row_count;
    return sessions + kicks;
end
$$;

-- A merchant's newest session of a terminal is the first in the index. With the terminal alone in it, all that the terminal ever had were
-- read and sorted.
create index tas_sessions_of_merchant on tas_sessions (terminal_id, merchant_id, opened_at desc);
drop index tas_sessions_terminal;

-- The audit log: filters by action and by time, and ends of chains that are found without reading all chains.
create index audit_log_action on audit_log (merchant_id, action, chain_index);
create index audit_log_at on audit_log (merchant_id, at);

-- Where a chain ends: in the log itself and not only its head, because a release without heads may be appending too.
create function audit_end(p_merchant_id uuid) returns table (chain_index bigint, hash bytea)
    language plpgsql stable set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
    if p_merchant_id is null then
        return query select a.chain_index, a.hash from audit_log a where a.merchant_id is null order by a.chain_index desc limit 1;
    else
        return query select a.chain_index, a.hash from audit_log a where a.merchant_id = p_merchant_id order by a.chain_index desc limit 1;
    end if;
    if not found then
        return query select 0::bigint, decode(repeat('00', 32), 'hex');
    end if;
end
$$;

-- The chain ends here now. A head whose row is gone stays, so that the loss is not forgotten with the next row.
create function put_audit_head(p_merchant_id uuid, p_chain_index bigint, p_hash bytea) returns void
    language sql set search_path = public, pg_temp
as $$
    insert into audit_heads as h (merchant_id, chain_index, hash) values (p_merchant_id, p_chain_index, p_hash)
    on conflict (merchant_id) do update set chain_index = excluded.chain_index, hash = excluded.hash
    where exists (select from audit_log a where a.merchant_id = h.merchant_id and a.chain_index = h.chain_index and a.hash = h.hash)
       or exists (select from audit_log a where h.merchant_id is null and a.merchant_id is null and a.chain_index = h.chain_index and a.hash = h.hash)
$$;

create or replace function append_audit(
    p_merchant_id uuid, p_actor text, p_action text, p_subject text, p_before jsonb, p_after jsonb, p_origin text)
    returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    last_index bigint;
    last_hash bytea;
    moment timestamptz;
    this_hash bytea;
begin
    -- One writer at a time per chain, until commit: two rows must not follow the same one.
    perform pg_advisory_xact_lock(hashtextextended('audit', 0) # hashtextextended(coalesce(p_merchant_id::text, 'platform'), 1));
    moment := clock_timestamp();
    -- The log's own end and not only the head's: a release without heads may be appending too.
    select e.chain_index, e.hash into last_index, last_hash from audit_end(p_merchant_id) e;
    this_hash := audit_hash(last_hash, p_merchant_id, last_index + 1, p_actor, p_action, p_subject, p_before, p_after, p_origin, moment);

    insert into audit_log (merchant_id, chain_index, actor, action, subject, before, after, origin, at, previous, hash)
    values (p_merchant_id, last_index + 1, p_actor, p_action, p_subject, p_before, p_after, p_origin, moment, last_hash, this_hash);

    perform put_audit_head(p_merchant_id, last_index + 1, this_hash);
end
$$;

create or replace function append_audits(
    p_merchant_id uuid, p_actor text, p_origin text, p_actions text[], p_subjects text[], p_before jsonb[], p_after jsonb[])
    returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    last_index bigint;
    last_hash bytea;
    this_hash bytea;
    moment timestamptz;
begin
    if coalesce(cardinality(p_actions), 0) = 0 then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('audit', 0) # hashtextextended(coalesce(p_merchant_id::text, 'platform'), 1));
    select e.chain_index, e.hash into last_index, last_hash from audit_end(p_merchant_id) e;

    for i in 1 .. cardinality(p_actions) loop
        moment := clock_timestamp();
        this_hash := audit_hash(
            last_hash, p_merchant_id, last_index + 1, p_actor, p_actions[i], p_subjects[i], p_before[i], p_after[i], p_origin, moment);
        insert into audit_log (merchant_id, chain_index, actor, action, subject, before, after, origin, at, previous, hash)
        values (p_merchant_id, last_index + 1, p_actor, p_actions[i], p_subjects[i], p_before[i], p_after[i], p_origin, moment, last_hash, this_hash);
        last_index := last_index + 1;
        last_hash := this_hash;
    end loop;

    perform put_audit_head(p_merchant_id, last_index, last_hash);
end
$$;

-- Every place where a chain is broken, in the order of the chain; nothing when it is whole.
create or replace function verify_audit(p_merchant_id uuid)
    returns table (chain_index bigint, fault text)
    language sql stable
as $$
    with links as (
        select a.*, lag(a.chain_index) over chain as before_index, lag(a.hash) over chain as before_hash
        from audit_log a
        where a.merchant_id = p_merchant_id or (p_merchant_id is null and a.merchant_id is null)
        window chain as (order by a.chain_index)
    ),
    judged as (
        select l.chain_index,
               case
                   when l.chain_index <> coalesce(l.before_index, 0) + 1 then 'missing-before'
                   when l.previous <> coalesce(l.before_hash, decode(repeat('00', 32), 'hex')) then 'not-following'
                   when l.hash <> audit_hash(l.previous, l.merchant_id, l.chain_index, l.actor, l.action, l.subject, l.before, l.after, l.origin, l.at)
                       then 'changed'
               end as fault
        from links l
    )
    select j.chain_index, j.fault from judged j where j.fault is not null
    union all
    -- A release without heads may have appended since: only a log that lacks its head's row lacks something.
    select h.chain_index, 'missing-at-end'
    from audit_heads h
    where (h.merchant_id = p_merchant_id or (p_merchant_id is null and h.merchant_id is null))
      and not exists (
          select from audit_log a
          where (a.merchant_id = p_merchant_id or (p_merchant_id is null and a.merchant_id is null)) and a.chain_index = h.chain_index and a.hash = h.hash)
    order by 1
$$;

revoke execute on all functions in schema public from public;
revoke execute on all procedures in schema public from public;
grant execute on function forget_what_followed_kicks(int) to cloudkick_service;
