-- What a till asked for is kept as it asked for it; kicks that did not succeed are listed when they end, not when they are counted; and the
-- sweep for passed deadlines reads those kicks only, however many are open.

-- What was asked for and has no column of its own, as JSON: null when there is nothing. No secrets: the relay keeps the members that it knows.
alter table kicks add column request jsonb;

-- As before, and what else was asked for is kept with the kick. The verdicts are described beside accept_kicks.
create function decide_kicks(
    p_merchant_ids uuid[], p_api_key_ids text[], p_terminal_ids text[], p_management_system_ids text[],
    p_access_protocols text[], p_references text[], p_ttl_seconds int[], p_try_offline boolean[],
    p_idempotency_keys text[], p_fingerprints bytea[], p_trace_parents text[], p_watched boolean[], p_requests text[],
    p_node text, p_lease interval, p_node_timeout interval)
    returns table (ordinal int, verdict text, kick_id uuid, accepted_at timestamptz, expires_at timestamptz,
                   management_system_id text, topic_template text, subscription_topic text)
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    terminal_locked boolean[];
    key_locked boolean[];
    merchant_locked boolean[];
    moment timestamptz;
    id_head text;
begin
    -- Never wait for another batch of kicks: what it works on is answered as contended or in use. The next statements see
    -- everything that was committed before these locks were free.
    select array_agg(pg_try_advisory_xact_lock(hashtextextended(r.terminal_id, 11)) order by r.n),
           array_agg(r.idempotency_key is null
               or pg_try_advisory_xact_lock(hashtextextended(r.idempotency_key, hashtextextended(r.merchant_id::text, 12))) order by r.n),
           array_agg(pg_try_advisory_xact_lock_shared(merchant_lock(r.merchant_id)) order by r.n)
    into terminal_locked, key_locked, merchant_locked
    from unnest(p_terminal_ids, p_merchant_ids, p_idempotency_keys) with ordinality r (terminal_id, merchant_id, idempotency_key, n);

    -- Somebody is changing a merchant's whitelist, perhaps for long: its kicks wait only where their own rows are being changed.
    if false = any (merchant_locked) then
        perform
        from unnest(p_merchant_ids, p_terminal_ids, merchant_locked) r (merchant_id, terminal_id, locked)
        join whitelist_entries w on w.merchant_id = r.merchant_id and w.terminal_id = r.terminal_id
        join terminals t on t.terminal_id = r.terminal_id and t.merchant_id = r.merchant_id
        where not r.locked
        for share of w, t;
    end if;

    if exists (select from unnest(p_terminal_ids) r (terminal_id) join open_kicks o on o.terminal_id = r.terminal_id and o.expires_at <= clock_timestamp()) then
        perform expire_open_kicks(p_terminal_ids);
    end if;

    moment := clock_timestamp();
    -- uuid_v7 in two halves, the one that a batch shares made once.
    id_head := lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0') || '7';

    return query
    with judged as materialized (
        select r.*, moment + make_interval(secs => r.ttl_seconds) as deadline,
               t.management_system_id as own_management_system_id,
               coalesce(t.topic_template, m.topic_template) as topic_template,
               coalesce(t.subscription_topic, m.subscription_topic) as subscription_topic,
               i.kick_id as keyed_kick_id, o.kick_id as open_kick_id,
               (id_head || substr(gen_random_uuid()::text, 16))::uuid as new_kick_id,
               case
                   when not r.key_locked then 'key_in_use'
                   when i.fingerprint = r.fingerprint then 'replayed'
                   when i.kick_id is not null then 'key_reused'
                   when r.management_system_id = '08900000002' and t.connect_mode is distinct from 'both' then 'cloud_connect_1'
                   when t.terminal_id is null then 'not_whitelisted'
                   when t.connect_mode = '1.0' then 'cloud_connect_1'
                   when r.management_system_id not in ('08900000002', t.management_system_id) then 'management_system_mismatch'
                   when not r.terminal_locked then 'contended'
                   when d.node is not null then 'connected'
                   when o.expires_at <= moment then 'contended'
                   when o.merchant_id = r.merchant_id then 'existing'
                   when o.kick_id is not null then 'in_progress'
                   when not p.connected and not r.try_offline then 'offline'
                   else 'accepted'
               end as verdict
        from unnest(
            p_merchant_ids, p_api_key_ids, p_terminal_ids, p_management_system_ids, p_access_protocols, p_references, p_ttl_seconds,
            p_try_offline, p_idempotency_keys, p_fingerprints, p_trace_parents, p_watched, p_requests, terminal_locked, key_locked) with ordinality
            r (merchant_id, api_key_id, terminal_id, management_system_id, access_protocol, reference, ttl_seconds,
               try_offline, idempotency_key, fingerprint, trace_parent, watched, request, terminal_locked, key_locked, n)
        left join whitelist_entries w
            on w.merchant_id = r.merchant_id and w.terminal_id = r.terminal_id and (w.enabled_until is null or w.enabled_until > moment)
        left join terminals t on t.terminal_id = w.terminal_id and t.merchant_id = w.merchant_id
        left join management_systems m on m.management_system_id = t.management_system_id
        left join idempotency_keys i on i.merchant_id = r.merchant_id and i.key = r.idempotency_key
        left join open_kicks o on o.terminal_id = r.terminal_id
        left join terminal_presence p on p.terminal_id = r.terminal_id
        left join tas_sessions s on s.terminal_id = r.terminal_id and s.merchant_id = r.merchant_id and s.closed_at is null
        left join nodes d on d.node = s.node and d.seen_at > moment - p_node_timeout
    ),
    stored as (
        insert into kicks (kick_id, merchant_id, terminal_id, management_system_id, access_protocol, reference, api_key_id, trace_parent, request,
                           state, broker_outcome, node, attempt, accepted_at, expires_at, connected_at, ended_at)
        select j.new_kick_id, j.merchant_id, j.terminal_id, j.own_management_system_id, j.access_protocol, j.reference, j.api_key_id, j.trace_parent,
               j.request::jsonb, j.verdict, case j.verdict when 'accepted' then 'unknown' else 'never_sent' end, p_node,
               case j.verdict when 'accepted' then 1 else 0 end, moment, j.deadline,
               case j.verdict when 'connected' then moment end, case j.verdict when 'connected' then moment end
        from judged j
        where j.verdict in ('accepted', 'connected')
    ),
    opened as (
        insert into open_kicks (terminal_id, kick_id, merchant_id, expires_at, lease_owner, lease_until, watched)
        select j.terminal_id, j.new_kick_id, j.merchant_id, j.deadline, p_node, moment + p_lease, j.watched
        from judged j
        where j.verdict = 'accepted'
    ),
    remembered as (
        insert into idempotency_keys (merchant_id, key, fingerprint, kick_id, created_at)
        select j.merchant_id, j.idempotency_key, j.fingerprint, coalesce(case when j.verdict = 'existing' then j.open_kick_id end, j.new_kick_id), moment
        from judged j
        where j.idempotency_key is not null and j.verdict in ('accepted', 'connected', 'existing')
    ),
    logged as (
        insert into kick_events (kick_id, merchant_id, event, at, node, detail)
        select j.new_kick_id, j.merchant_id, e.event, moment, p_node, e.detail
        from judged j
        cross join lateral (values (1, 'accepted', null), (2, 'connected', 'the terminal already had a live session')) e (step, event, detail)
        where j.verdict = 'connected' or (j.verdict = 'accepted' and e.step = 1)
        order by j.n, e.step
    )
    select j.n::int, j.verdict,
           case j.verdict when 'replayed' then j.keyed_kick_id
                          when 'existing' then j.open_kick_id
                          when 'accepted' then j.new_kick_id
                          when 'connected' then j.new_kick_id end,
           moment, j.deadline, j.own_management_system_id, j.topic_template, j.subscription_topic
    from judged j;
end
$$;

-- For the release before this one.
create or replace function decide_kicks(
    p_merchant_ids uuid[], p_api_key_ids text[], p_terminal_ids text[], p_management_system_ids text[],
    p_access_protocols text[], p_references text[], p_ttl_seconds int[], p_try_offline boolean[],
    p_idempotency_keys text[], p_fingerprints bytea[], p_trace_parents text[], p_watched boolean[],
    p_node text, p_lease interval, p_node_timeout interval)
    returns table (ordinal int, verdict text, kick_id uuid, accepted_at timestamptz, expires_at timestamptz,
                   management_system_id text, topic_template text, subscription_topic text)
    language sql security definer set search_path = public, pg_temp
as $$
    select d.*
    from decide_kicks(
        p_merchant_ids, p_api_key_ids, p_terminal_ids, p_management_system_ids, p_access_protocols, p_references, p_ttl_seconds, p_try_offline,
        p_idempotency_keys, p_fingerprints, p_trace_parents, p_watched, '{}', p_node, p_lease, p_node_timeout) d
$$;
-- From here on, whoever ends a kick otherwise than connected lists it in unsuccessful_kicks, in the same transaction.

-- Ends the open kicks whose deadline has passed: those of the given terminals, or with null up to a thousand of all.
-- Says what is known of the broker: acked, unknown, or never_sent. Returns how many it ended.
create or replace function expire_open_kicks(p_terminal_ids text[] default null) returns int
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    -- One moment for all: the deadline's index cannot be searched for a clock that goes on meanwhile.
    moment timestamptz := clock_timestamp();
    due uuid[];
    unsent uuid[];
    awaited uuid[];
begin
    with closed as (
        delete from open_kicks o
        where o.terminal_id in (
            select d.terminal_id from open_kicks d
            where d.expires_at <= moment and (p_terminal_ids is null or d.terminal_id = any (p_terminal_ids))
            order by d.expires_at
            limit 1000
            for update skip locked)
        returning o.*
    )
    select array_agg(c.kick_id order by c.kick_id),
           array_agg(c.kick_id) filter (where not (c.maybe_sent or c.attempt_pending)),
           array_agg(c.kick_id) filter (where c.watched)
    into due, unsent, awaited
    from closed c;
    if due is null then
        return 0;
    end if;

    with moved as (
        update kicks k
        set state = 'expired', ended_at = clock_timestamp(),
            broker_outcome = case when k.broker_outcome = 'acked' then 'acked' when k.kick_id = any (unsent) then 'never_sent' else 'unknown' end
        where k.kick_id = any (due) and k.state in ('accepted', 'published', 'delivered')
        returning k.kick_id, k.merchant_id, k.broker_outcome, k.ended_at
    ),
    listed as (
        insert into unsuccessful_kicks (kick_id, merchant_id, state)
        select m.kick_id, m.merchant_id, 'expired' from moved m
        on conflict do nothing
    )
    insert into kick_events (kick_id, merchant_id, event, at, detail)
    select m.kick_id, m.merchant_id, 'expired', m.ended_at, m.broker_outcome from moved m;

    perform pg_notify('kick_final', a.kick_id::text) from unnest(awaited) a (kick_id);
    return cardinality(due);
end
$$;

-- Ends open kicks as failed, with what is known of the broker. The caller holds their open_kicks rows.
create or replace function end_as_failed(p_kick_ids uuid[], p_codes text[], p_details text[], p_node text) returns void
    language plpgsql set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
    unsent uuid[];
    awaited uuid[];
begin
    with closed as (
        delete from open_kicks o where o.kick_id = any (p_kick_ids) returning o.*
    )
    select array_agg(c.kick_id) filter (where not (c.maybe_sent or c.attempt_pending)), array_agg(c.kick_id) filter (where c.watched)
    into unsent, awaited
    from closed c;

    perform from kicks k where k.kick_id = any (p_kick_ids) order by k.kick_id for update;
    with moved as (
        update kicks k
        set state = 'failed', failure_code = r.code, ended_at = clock_timestamp(),
            broker_outcome = case when k.broker_outcome = 'acked' then 'acked' when k.kick_id = any (unsent) then 'never_sent' else 'unknown' end
        from unnest(p_kick_ids, p_codes, p_details) r (kick_id, code, detail)
        where k.kick_id = any (p_kick_ids) and k.kick_id = r.kick_id and k.state in ('accepted', 'published', 'delivered')
        returning k.kick_id, k.merchant_id, k.ended_at, r.detail
    ),
    listed as (
        insert into unsuccessful_kicks (kick_id, merchant_id, state)
        select m.kick_id, m.merchant_id, 'failed' from moved m
        on conflict do nothing
    )
    insert into kick_events (kick_id, merchant_id, event, at, node, detail)
    select m.kick_id, m.merchant_id, 'failed', m.ended_at, p_node, m.detail from moved m;

    perform pg_notify('kick_final', a.kick_id::text) from unnest(awaited) a (kick_id);
end
$$;

-- Cancels a merchant's open kick. Best effort: the terminal may already have it. Returns the state that the kick has now,
-- null when the merchant has no such kick, and whether this call ended it.
create or replace function cancel_kick(p_merchant_id uuid, p_kick_id uuid, p_node text) returns table (state text, cancelled boolean)
    language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    open_kick open_kicks;
    ended kicks;
begin
    select * into open_kick from open_kicks o where o.kick_id = p_kick_id and o.merchant_id = p_merchant_id for update;
    if found and open_kick.expires_at > clock_timestamp() then
        delete from open_kicks o where o.terminal_id = open_kick.terminal_id;
        update kicks k
        set state = 'cancelled', ended_at = clock_timestamp(),
            broker_outcome = case when k.broker_outcome = 'acked' then 'acked'
                                  when open_kick.maybe_sent or open_kick.attempt_pending then 'unknown' else 'never_sent' end
        where k.kick_id = p_kick_id and k.state in ('accepted', 'published', 'delivered')
        returning * into ended;
        insert into unsuccessful_kicks (kick_id, merchant_id, state) values (p_kick_id, p_merchant_id, 'cancelled') on conflict do nothing;
        insert into kick_events (kick_id, merchant_id, event, at, node) values (p_kick_id, p_merchant_id, 'cancelled', ended.ended_at, p_node);
        if open_kick.watched then
            perform pg_notify('kick_final', p_kick_id::text);
        end if;
        return query select 'cancelled', true;
    else
        -- Past its deadline and not swept yet: it has ended, and says so.
        perform expire_open_kicks(array[open_kick.terminal_id]) where open_kick.kick_id is not null;
        return query select k.state, false from kicks k where k.kick_id = p_kick_id and k.merchant_id = p_merchant_id;
    end if;
end
$$;

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
        -- Those that the functions of the release before this one ended.
        insert into unsuccessful_kicks (kick_id, merchant_id, state)
        select e.kick_id, e.merchant_id, e.state from ended e where e.state in ('expired', 'cancelled', 'failed')
        on conflict do nothing
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

insert into unsuccessful_kicks (kick_id, merchant_id, state)
select k.kick_id, k.merchant_id, k.state
from kicks k
where k.kick_id > (select r.upto from kick_rollup r) and k.state in ('expired', 'cancelled', 'failed')
on conflict do nothing;

revoke execute on all functions in schema public from public;
grant execute on function
    decide_kicks(uuid[], text[], text[], text[], text[], text[], int[], boolean[], text[], bytea[], text[], boolean[], text[], text, interval, interval)
    to cloudkick_service;
