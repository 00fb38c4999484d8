-- The same promises at a fraction of the cost. What a call costs depends on its kicks, not on what is stored: tables are reached by
-- their indexes whatever the statistics say at the moment, and statements on the daily partitions are planned for the ids at hand,
-- so that only those ids' partitions are opened.

-- Whoever changes a whitelist entry or a terminal takes the merchant's lock alone; a batch of kicks shares it. So a whole batch keeps
-- the whitelist as it is until its commit with one lock in memory, instead of two row locks on disk for each kick.
create function merchant_lock(p_merchant_id uuid) returns bigint
    language sql immutable parallel safe
    return hashtextextended(p_merchant_id::text, 13);

create function lock_out_kicks() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if old.merchant_id is not null then
        perform pg_advisory_xact_lock(merchant_lock(old.merchant_id));
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$$;
create trigger lock_out_kicks before update or delete on whitelist_entries for each row execute function lock_out_kicks();
create trigger lock_out_kicks before update or delete on terminals for each row execute function lock_out_kicks();

-- What accept_kicks did, with the terminal's management system in the result, so that the answer needs no second look.
-- The verdicts are described there.
create function decide_kicks(
    p_merchant_ids uuid[], p_api_key_ids text[], p_terminal_ids text[], p_management_system_ids text[],
    p_access_protocols text[], p_references text[], p_ttl_seconds int[], p_try_offline boolean[],
    p_idempotency_keys text[], p_fingerprints bytea[], p_trace_parents text[], p_watched boolean[],
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
            p_try_offline, p_idempotency_keys, p_fingerprints, p_trace_parents, p_watched, terminal_locked, key_locked) with ordinality
            r (merchant_id, api_key_id, terminal_id, management_system_id, access_protocol, reference, ttl_seconds,
               try_offline, idempotency_key, fingerprint, trace_parent, watched, terminal_locked, key_locked, n)
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
        insert into kicks (kick_id, merchant_id, terminal_id, management_system_id, access_protocol, reference, api_key_id, trace_parent,
                           state, broker_outcome, node, attempt, accepted_at, expires_at, connected_at, ended_at)
        select j.new_kick_id, j.merchant_id, j.terminal_id, j.own_management_system_id, j.access_protocol, j.reference, j.api_key_id, j.trace_parent,
               j.verdict, case j.verdict when 'accepted' then 'unknown' else 'never_sent' end, p_node,
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
create or replace function accept_kicks(
    p_merchant_ids uuid[], p_api_key_ids text[], p_terminal_ids text[], p_management_system_ids text[],
    p_access_protocols text[], p_references text[], p_ttl_seconds int[], p_try_offline boolean[],
    p_idempotency_keys text[], p_fingerprints bytea[], p_trace_parents text[], p_watched boolean[],
    p_node text, p_lease interval, p_node_timeout interval)
    returns table (ordinal int, verdict text, kick_id uuid, accepted_at timestamptz, expires_at timestamptz,
                   topic_template text, subscription_topic text)
    language sql security definer set search_path = public, pg_temp
as $$
    select d.ordinal, d.verdict, d.kick_id, d.accepted_at, d.expires_at, d.topic_template, d.subscription_topic
    from decide_kicks(
        p_merchant_ids, p_api_key_ids, p_terminal_ids, p_management_system_ids, p_access_protocols, p_references, p_ttl_seconds, p_try_offline,
        p_idempotency_keys, p_fingerprints, p_trace_parents, p_watched, p_node, p_lease, p_node_timeout) d
$$;

-- The broker acknowledged attempts of this number. Only the newest attempt of a kick counts; an overtaken node's news is not taken.
-- Says when, and which of the kicks are not simply published now: they were overtaken or have moved on.
--
-- A first attempt's lease is left to lapse: most kicks have ended by then, and claim_due_kicks knows by the kick itself that nothing is
-- due. Nor does this wait for the disk: what a crash makes it forget is published once more, under the same kick id.
create function record_acknowledged(p_kick_ids uuid[], p_attempt int, p_node text)
    returns table (published_at timestamptz, otherwise uuid[])
    language plpgsql security definer set search_path = public, pg_temp
    -- By the primary key, in its order: batches lock kicks in one order, so they never wait for each other in a circle.
    set plan_cache_mode = force_custom_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    published uuid[];
begin
    perform set_config('synchronous_commit', 'off', true);

    if p_attempt > 1 then
        perform from open_kicks o where o.kick_id = any (p_kick_ids) order by o.terminal_id for update;
        update open_kicks o
        set lease_owner = null, lease_until = null, attempt_pending = false, maybe_sent = true
        where o.kick_id = any (p_kick_ids) and o.attempt = p_attempt and o.lease_owner = p_node;
    end if;

    with moved as (
        update kicks k
        set state = case k.state when 'accepted' then 'published' else k.state end, published_at = moment, broker_outcome = 'acked'
        where k.kick_id = any (p_kick_ids) and k.attempt = p_attempt and k.node = p_node
          and k.published_at is null and k.state in ('accepted', 'delivered', 'connected')
        returning k.kick_id, k.merchant_id, k.state
    ),
    logged as (
        insert into kick_events (kick_id, merchant_id, event, at, node)
        select m.kick_id, m.merchant_id, 'published', moment, p_node from moved m
    )
    select array_agg(m.kick_id) into published from moved m where m.state = 'published';

    return query select moment, case when cardinality(published) is distinct from cardinality(p_kick_ids) then
        array(select unnest(p_kick_ids) except select unnest(published)) end;
end
$$;

-- For the release before this one.
create or replace function record_published(p_kick_ids uuid[], p_attempts int[], p_node text) returns void
    language sql security definer set search_path = public, pg_temp
as $$
    select record_acknowledged(array_agg(r.kick_id), r.attempt, p_node)
    from unnest(p_kick_ids, p_attempts) r (kick_id, attempt)
    group by r.attempt
$$;

-- Ends the open kicks whose deadline has passed: those of the given terminals, or with null up to a thousand of all.
-- Says what is known of the broker: acked, unknown, or never_sent. Returns how many it ended.
create or replace function expire_open_kicks(p_terminal_ids text[] default null) returns int
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    due uuid[];
    unsent uuid[];
    awaited uuid[];
begin
    with closed as (
        delete from open_kicks o
        where o.terminal_id in (
            select d.terminal_id from open_kicks d
            where d.expires_at <= clock_timestamp() and (p_terminal_ids is null or d.terminal_id = any (p_terminal_ids))
            order by d.terminal_id
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
    )
    insert into kick_events (kick_id, merchant_id, event, at, node, detail)
    select m.kick_id, m.merchant_id, 'failed', m.ended_at, p_node, m.detail from moved m;

    perform pg_notify('kick_final', a.kick_id::text) from unnest(awaited) a (kick_id);
end
$$;

-- Claims kicks whose lease has lapsed, oldest first, for another attempt by this node. The whitelist is asked again: a kick
-- whose terminal is no longer allowed ends as failed instead. Nothing with less than a second left is handed out, and nothing whose
-- first attempt was acknowledged: it has its lease taken off, and waits for its terminal.
create or replace function claim_due_kicks(p_node text, p_lease interval, p_limit int)
    returns table (kick_id uuid, merchant_id uuid, terminal_id text, attempt int, expires_at timestamptz, accepted_at timestamptz,
                   remaining interval, access_protocol text, trace_parent text, topic_template text, subscription_topic text, taken_over boolean)
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    lapsed uuid[];
    settled uuid[];
    due uuid[] := '{}';
    allowed uuid[];
begin
    loop
        select array_agg(d.kick_id) into lapsed
        from (select o.kick_id from open_kicks o
              where o.lease_until <= moment and o.expires_at > moment + interval '1 second' and o.kick_id <> all (due)
              order by o.lease_until
              limit p_limit - cardinality(due)
              for update skip locked) d;
        exit when lapsed is null;

        select array_agg(k.kick_id) into settled from kicks k where k.kick_id = any (lapsed) and k.attempt = 1 and k.published_at is not null;
        with taken_off as (
            update open_kicks o
            set lease_owner = null, lease_until = null, attempt_pending = false, maybe_sent = true
            where o.kick_id = any (settled) and o.lease_owner is not null
            returning o.kick_id
        )
        select due || coalesce(array_agg(l.kick_id) filter (where l.kick_id not in (select t.kick_id from taken_off t)), '{}')
        into due
        from unnest(lapsed) l (kick_id);
        exit when cardinality(due) >= p_limit;
    end loop;
    if due = '{}' then
        return;
    end if;

    select array_agg(a.kick_id) into allowed
    from (select o.kick_id from open_kicks o
          join whitelist_entries w on w.merchant_id = o.merchant_id and w.terminal_id = o.terminal_id
          join terminals t on t.terminal_id = o.terminal_id and t.merchant_id = o.merchant_id
          where o.kick_id = any (due) and (w.enabled_until is null or w.enabled_until > moment)
          for share of w, t) a;

    perform end_as_failed(array_agg(d.kick_id), array_agg('terminal-not-whitelisted'::text),
                          array_agg('the terminal left the whitelist before the kick could be published'::text), p_node)
    from unnest(due) d (kick_id)
    where allowed is null or d.kick_id <> all (allowed)
    having count(*) > 0;

    perform from kicks k where k.kick_id = any (allowed) order by k.kick_id for update;
    return query
    with before as materialized (
        select o.kick_id, o.attempt_pending from open_kicks o where o.kick_id = any (allowed)
    ),
    leased as (
        update open_kicks o
        set lease_owner = p_node, lease_until = moment + p_lease, attempt = o.attempt + 1,
            maybe_sent = o.maybe_sent or o.attempt_pending, attempt_pending = true
        from before b
        where o.kick_id = b.kick_id
        returning o.kick_id, o.attempt, b.attempt_pending as taken_over
    ),
    attempted as (
        update kicks k set attempt = l.attempt, node = p_node
        from leased l
        where k.kick_id = any (allowed) and k.kick_id = l.kick_id
        returning k.*, l.taken_over
    ),
    logged as (
        insert into kick_events (kick_id, merchant_id, event, at, node, detail)
        select a.kick_id, a.merchant_id, 'attempt', moment, p_node, case when a.taken_over then 'taken over: the earlier attempt was never reported' end
        from attempted a
    )
    select a.kick_id, a.merchant_id, a.terminal_id, a.attempt, a.expires_at, a.accepted_at, a.expires_at - moment, a.access_protocol, a.trace_parent,
           coalesce(t.topic_template, m.topic_template), coalesce(t.subscription_topic, m.subscription_topic), a.taken_over
    from attempted a
    join terminals t on t.terminal_id = a.terminal_id
    join management_systems m on m.management_system_id = t.management_system_id;
end
$$;

-- The terminals themselves answered these kicks. An answer counts only from the terminal that the kick is for.
-- `p_results`: accepted or duplicate make the kick delivered; any other is a refusal, kept as an event.
create or replace function record_answers(p_kick_ids uuid[], p_terminal_ids text[], p_results text[]) returns void
    language plpgsql security definer set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
begin
    perform from open_kicks o where o.kick_id = any (p_kick_ids) order by o.terminal_id for update;
    perform from kicks k where k.kick_id = any (p_kick_ids) order by k.kick_id for update;

    with answer as (
        select distinct on (r.kick_id, r.terminal_id) r.kick_id, r.terminal_id, r.result, r.result in ('accepted', 'duplicate') as arrived
        from unnest(p_kick_ids, p_terminal_ids, p_results) r (kick_id, terminal_id, result)
        order by r.kick_id, r.terminal_id, arrived desc
    ),
    moved as (
        update kicks k
        set state = case when k.state in ('accepted', 'published') then 'delivered' else k.state end, delivered_at = clock_timestamp()
        from answer a
        where k.kick_id = any (p_kick_ids) and k.kick_id = a.kick_id and k.terminal_id = a.terminal_id and a.arrived
          and k.delivered_at is null and k.state in ('accepted', 'published', 'connected')
        returning k.kick_id, k.merchant_id
    )
    insert into kick_events (kick_id, merchant_id, event, at, detail)
    select m.kick_id, m.merchant_id, 'delivered', clock_timestamp(), null from moved m
    union all
    select k.kick_id, k.merchant_id, 'refused', clock_timestamp(), a.result
    from answer a join kicks k on k.kick_id = a.kick_id and k.terminal_id = a.terminal_id
    where k.kick_id = any (p_kick_ids) and not a.arrived and k.ended_at is null;
end
$$;

-- record_presence has a kick without a lease published again when its terminal comes back; this does it for a kick that is published
-- and still under its first attempt's lease.
create function publish_again_to_returned() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    open_kick open_kicks;
begin
    select * into open_kick from open_kicks o
    where o.terminal_id = new.terminal_id and o.attempt = 1 and o.lease_owner is not null
    for update;
    if found and exists (select from kicks k where k.kick_id = open_kick.kick_id and k.state = 'published') then
        update open_kicks o
        set lease_owner = null, lease_until = clock_timestamp() + interval '1 second', attempt_pending = false, maybe_sent = true
        where o.terminal_id = new.terminal_id;
    end if;
    return null;
end
$$;
create trigger publish_again after insert or update on terminal_presence for each row when (new.connected)
    execute function publish_again_to_returned();

alter function release_kicks(uuid[], int[], boolean[], text[], text, interval) set plan_cache_mode = force_generic_plan;
alter function release_kicks(uuid[], int[], boolean[], text[], text, interval) set enable_seqscan = off;
alter function release_kicks(uuid[], int[], boolean[], text[], text, interval) set enable_hashjoin = off;
alter function release_kicks(uuid[], int[], boolean[], text[], text, interval) set enable_mergejoin = off;
alter function fail_kicks(uuid[], int[], text[], text[], text) set enable_seqscan = off;
alter function fail_kicks(uuid[], int[], text[], text[], text) set enable_hashjoin = off;
alter function fail_kicks(uuid[], int[], text[], text[], text) set enable_mergejoin = off;

revoke execute on all functions in schema public from public;
grant execute on function
    decide_kicks(uuid[], text[], text[], text[], text[], text[], int[], boolean[], text[], bytea[], text[], boolean[], text, interval, interval),
    record_acknowledged(uuid[], int, text)
    to cloudkick_service;
