-- The narrow way in for what works across merchants: accepting kicks in batches, moving them along and ending them.
-- Each function joins by merchant itself. Whoever changes kicks locks their open_kicks rows first, in the order of the
-- terminals, then the kicks in the order of their ids, so that batches never wait for each other in a circle.

-- Judges and stores a batch of requests in one transaction. Within one call no two requests may name the same terminal
-- or the same merchant and idempotency key. Verdicts:
--   accepted                    stored, leased to the node, to be published at once
--   connected                   stored as final: the terminal already has a live session
--   existing                    the merchant's own open kick for the terminal
--   replayed                    the kick that this idempotency key made before
--   key_reused | key_in_use     the key was used for another request | is being used this moment
--   not_whitelisted | cloud_connect_1 | management_system_mismatch | offline
--   in_progress                 another merchant's kick for the terminal is still open (the terminal changed hands)
--   contended                   somebody else is working on the terminal this moment: ask again
create function accept_kicks(
    p_merchant_ids uuid[], p_api_key_ids text[], p_terminal_ids text[], p_management_system_ids text[],
    p_access_protocols text[], p_references text[], p_ttl_seconds int[], p_try_offline boolean[],
    p_idempotency_keys text[], p_fingerprints bytea[], p_trace_parents text[], p_watched boolean[],
    p_node text, p_lease interval, p_node_timeout interval)
    returns table (ordinal int, verdict text, kick_id uuid, accepted_at timestamptz, expires_at timestamptz,
                   topic_template text, subscription_topic text)
    language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    terminal_locked boolean[];
    key_locked boolean[];
    moment timestamptz;
begin
    -- Never wait for another batch of kicks: what it works on is answered as contended or in use. The next statements see
    -- everything that was committed before these locks were free.
    select array_agg(pg_try_advisory_xact_lock(hashtextextended(r.terminal_id, 11)) order by r.n),
           array_agg(r.idempotency_key is null
               or pg_try_advisory_xact_lock(hashtextextended(r.idempotency_key, hashtextextended(r.merchant_id::text, 12))) order by r.n)
    into terminal_locked, key_locked
    from unnest(p_terminal_ids, p_merchant_ids, p_idempotency_keys) with ordinality r (terminal_id, merchant_id, idempotency_key, n);

    perform expire_open_kicks(p_terminal_ids);
    moment := clock_timestamp();

    return query
    with request as materialized (
        select r.*, moment + make_interval(secs => r.ttl_seconds) as deadline
        from unnest(
            p_merchant_ids, p_api_key_ids, p_terminal_ids, p_management_system_ids, p_access_protocols, p_references, p_ttl_seconds,
            p_try_offline, p_idempotency_keys, p_fingerprints, p_trace_parents, p_watched, terminal_locked, key_locked) with ordinality
            r (merchant_id, api_key_id, terminal_id, management_system_id, access_protocol, reference, ttl_seconds,
               try_offline, idempotency_key, fingerprint, trace_parent, watched, terminal_locked, key_locked, n)
    ),
    -- Shared locks: neither the whitelist entry nor the terminal's merchant can change before this commits.
    allowed as materialized (
        select r.n, t.connect_mode, t.management_system_id,
               coalesce(t.topic_template, m.topic_template) as topic_template,
               coalesce(t.subscription_topic, m.subscription_topic) as subscription_topic
        from request r
        join whitelist_entries w on w.merchant_id = r.merchant_id and w.terminal_id = r.terminal_id
        join terminals t on t.terminal_id = r.terminal_id and t.merchant_id = r.merchant_id
        join management_systems m on m.management_system_id = t.management_system_id
        where w.enabled_until is null or w.enabled_until > moment
        for share of w, t
    ),
    judged as materialized (
        select r.*, a.topic_template, a.subscription_topic, a.management_system_id as own_management_system_id,
               i.kick_id as keyed_kick_id, o.kick_id as open_kick_id, o.expires_at as open_deadline, uuid_v7(moment) as new_kick_id,
               case
                   when not r.key_locked then 'key_in_use'
                   when i.fingerprint = r.fingerprint then 'replayed'
                   when i.kick_id is not null then 'key_reused'
                   when r.management_system_id = '08900000002' and a.connect_mode is distinct from 'both' then 'cloud_connect_1'
                   when a.n is null then 'not_whitelisted'
                   when a.connect_mode = '1.0' then 'cloud_connect_1'
                   when r.management_system_id not in ('08900000002', a.management_system_id) then 'management_system_mismatch'
                   when not r.terminal_locked then 'contended'
                   when s.session_id is not null then 'connected'
                   when o.expires_at <= moment then 'contended'
                   when o.merchant_id = r.merchant_id then 'existing'
                   when o.kick_id is not null then 'in_progress'
                   when not p.connected and not r.try_offline then 'offline'
                   else 'accepted'
               end as verdict
        from request r
        left join allowed a on a.n = r.n
        left join idempotency_keys i on i.merchant_id = r.merchant_id and i.key = r.idempotency_key
        left join open_kicks o on o.terminal_id = r.terminal_id
        left join terminal_presence p on p.terminal_id = r.terminal_id
        left join (tas_sessions s join nodes d on d.node = s.node and d.seen_at > moment - p_node_timeout)
            on s.terminal_id = r.terminal_id and s.merchant_id = r.merchant_id and s.closed_at is null
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
        order by j.terminal_id
    ),
    remembered as (
        insert into idempotency_keys (merchant_id, key, fingerprint, kick_id, created_at)
        select j.merchant_id, j.idempotency_key, j.fingerprint, coalesce(case when j.verdict = 'existing' then j.open_kick_id end, j.new_kick_id), moment
        from judged j
        where j.idempotency_key is not null and j.verdict in ('accepted', 'connected', 'existing')
        order by j.merchant_id, j.idempotency_key
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
           moment, j.deadline, j.topic_template, j.subscription_topic
    from judged j;
end
$$;

-- Ends the open kicks whose deadline has passed: those of the given terminals, or with null up to a thousand of all.
-- Says what is known of the broker: acked, unknown, or never_sent. Returns how many it ended.
create function expire_open_kicks(p_terminal_ids text[] default null) returns int
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    ended int;
    awaited uuid[];
begin
    with due as materialized (
        select o.* from open_kicks o
        where o.expires_at <= clock_timestamp() and (p_terminal_ids is null or o.terminal_id = any (p_terminal_ids))
        order by o.terminal_id
        limit 1000
        for update skip locked
    ),
    closed as (delete from open_kicks o using due d where o.terminal_id = d.terminal_id),
    moved as (
        update kicks k
        set state = 'expired', ended_at = clock_timestamp(),
            broker_outcome = case when k.broker_outcome = 'acked' then 'acked'
                                  when d.maybe_sent or d.attempt_pending then 'unknown'
                                  else 'never_sent' end
        from due d
        where k.kick_id = d.kick_id and k.state in ('accepted', 'published', 'delivered')
        returning k.kick_id, k.merchant_id, k.broker_outcome, k.ended_at, d.watched
    ),
    logged as (
        insert into kick_events (kick_id, merchant_id, event, at, detail)
        select m.kick_id, m.merchant_id, 'expired', m.ended_at, m.broker_outcome from moved m
    )
    select count(*), array_agg(m.kick_id) filter (where m.watched) into ended, awaited from moved m;
    perform pg_notify('kick_final', a.kick_id::text) from unnest(awaited) a (kick_id);
    return ended;
end
$$;

-- The broker acknowledged these attempts. Only the newest attempt of a kick counts; an overtaken node's news is not taken.
create function record_published(p_kick_ids uuid[], p_attempts int[], p_node text) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform from open_kicks o where o.kick_id = any (p_kick_ids) order by o.terminal_id for update;
    perform from kicks k where k.kick_id = any (p_kick_ids) order by k.kick_id for update;

    update open_kicks o
    set lease_owner = null, lease_until = null, attempt_pending = false, maybe_sent = true
    from unnest(p_kick_ids, p_attempts) r (kick_id, attempt)
    where o.kick_id = r.kick_id and o.attempt = r.attempt and o.lease_owner = p_node;

    with moved as (
        update kicks k
        set state = case k.state when 'accepted' then 'published' else k.state end,
            published_at = clock_timestamp(), broker_outcome = 'acked'
        from unnest(p_kick_ids, p_attempts) r (kick_id, attempt)
        where k.kick_id = r.kick_id and k.attempt = r.attempt and k.node = p_node
          and k.published_at is null and k.state in ('accepted', 'delivered', 'connected')
        returning k.kick_id, k.merchant_id
    )
    insert into kick_events (kick_id, merchant_id, event, at, node)
    select m.kick_id, m.merchant_id, 'published', clock_timestamp(), p_node from moved m;
end
$$;

-- These attempts did not end in an acknowledgement. `p_sent` says whether a byte may have reached the broker.
-- The kicks become due again after `p_retry_after`, for any node.
create function release_kicks(p_kick_ids uuid[], p_attempts int[], p_sent boolean[], p_details text[], p_node text, p_retry_after interval) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    perform from open_kicks o where o.kick_id = any (p_kick_ids) order by o.terminal_id for update;

    with released as (
        update open_kicks o
        set lease_owner = null, lease_until = clock_timestamp() + p_retry_after, attempt_pending = false, maybe_sent = o.maybe_sent or r.sent
        from unnest(p_kick_ids, p_attempts, p_sent, p_details) r (kick_id, attempt, sent, detail)
        where o.kick_id = r.kick_id and o.attempt = r.attempt and o.lease_owner = p_node
        returning o.kick_id, o.merchant_id, r.sent, r.detail
    )
    insert into kick_events (kick_id, merchant_id, event, at, node, detail)
    select r.kick_id, r.merchant_id, case when r.sent then 'attempt_unknown' else 'attempt_not_sent' end, clock_timestamp(), p_node, r.detail
    from released r;
end
$$;

-- Ends open kicks as failed, with what is known of the broker. The caller holds their open_kicks rows.
create function end_as_failed(p_kick_ids uuid[], p_codes text[], p_details text[], p_node text) returns void
    language plpgsql set search_path = public, pg_temp
as $$
declare
    awaited uuid[];
begin
    with closed as (
        delete from open_kicks o where o.kick_id = any (p_kick_ids) returning o.*
    ),
    moved as (
        update kicks k
        set state = 'failed', failure_code = r.code, ended_at = clock_timestamp(),
            broker_outcome = case when k.broker_outcome = 'acked' then 'acked'
                                  when c.maybe_sent or c.attempt_pending then 'unknown'
                                  else 'never_sent' end
        from closed c join unnest(p_kick_ids, p_codes, p_details) r (kick_id, code, detail) on r.kick_id = c.kick_id
        where k.kick_id = c.kick_id and k.state in ('accepted', 'published', 'delivered')
        returning k.kick_id, k.merchant_id, k.ended_at, r.detail, c.watched
    ),
    logged as (
        insert into kick_events (kick_id, merchant_id, event, at, node, detail)
        select m.kick_id, m.merchant_id, 'failed', m.ended_at, p_node, m.detail from moved m
    )
    select array_agg(m.kick_id) into awaited from moved m where m.watched;
    perform pg_notify('kick_final', a.kick_id::text) from unnest(awaited) a (kick_id);
end
$$;

-- The broker refused these attempts for good: the kicks end as failed. The refused attempt itself reached nobody.
create function fail_kicks(p_kick_ids uuid[], p_attempts int[], p_codes text[], p_details text[], p_node text) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    refused uuid[];
begin
    perform from open_kicks o where o.kick_id = any (p_kick_ids) order by o.terminal_id for update;

    with reported as (
        update open_kicks o set attempt_pending = false
        from unnest(p_kick_ids, p_attempts) r (kick_id, attempt)
        where o.kick_id = r.kick_id and o.attempt = r.attempt and o.lease_owner = p_node
        returning o.kick_id
    )
    select array_agg(r.kick_id) into refused from reported r;

    perform end_as_failed(array_agg(r.kick_id), array_agg(r.code), array_agg(r.detail), p_node)
    from unnest(p_kick_ids, p_codes, p_details) r (kick_id, code, detail)
    where r.kick_id = any (refused);
end
$$;

-- Claims kicks whose lease has lapsed, oldest first, for another attempt by this node. The whitelist is asked again: a kick
-- whose terminal is no longer allowed ends as failed instead. Nothing with less than a second left is handed out.
create function claim_due_kicks(p_node text, p_lease interval, p_limit int)
    returns table (kick_id uuid, merchant_id uuid, terminal_id text, attempt int, expires_at timestamptz, accepted_at timestamptz,
                   remaining interval, access_protocol text, trace_parent text, topic_template text, subscription_topic text, taken_over boolean)
    language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    moment timestamptz := clock_timestamp();
    due uuid[];
    allowed uuid[];
begin
    select array_agg(d.kick_id) into due
    from (select o.kick_id from open_kicks o
          where o.lease_until <= moment and o.expires_at > moment + interval '1 second'
          order by o.lease_until
          limit p_limit
          for update skip locked) d;
    if due is null then
        return;
    end if;

    -- Shared locks, as when the kick was accepted: what is allowed now stays so until this commits.
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
        where k.kick_id = l.kick_id
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
create function record_answers(p_kick_ids uuid[], p_terminal_ids text[], p_results text[]) returns void
    language plpgsql security definer set search_path = public, pg_temp
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
        where k.kick_id = a.kick_id and k.terminal_id = a.terminal_id and a.arrived
          and k.delivered_at is null and k.state in ('accepted', 'published', 'connected')
        returning k.kick_id, k.merchant_id
    )
    insert into kick_events (kick_id, merchant_id, event, at, detail)
    select m.kick_id, m.merchant_id, 'delivered', clock_timestamp(), null from moved m
    union all
    select k.kick_id, k.merchant_id, 'refused', clock_timestamp(), a.result
    from answer a join kicks k on k.kick_id = a.kick_id and k.terminal_id = a.terminal_id
    where not a.arrived and k.ended_at is null;
end
$$;

-- Cancels a merchant's open kick. Best effort: the terminal may already have it. Returns the state that the kick has now,
-- null when the merchant has no such kick, and whether this call ended it.
create function cancel_kick(p_merchant_id uuid, p_kick_id uuid, p_node text) returns table (state text, cancelled boolean)
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

-- From now on the end of this kick is announced on the channel kick_final. False when it has already ended.
create function watch_kick(p_merchant_id uuid, p_kick_id uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    update open_kicks o set watched = true where o.kick_id = p_kick_id and o.merchant_id = p_merchant_id;
    return found;
end
$$;

-- Forgets idempotency keys older than `p_age`, up to ten thousand a call. Returns how many.
create function forget_idempotency_keys(p_age interval) returns int
    language sql security definer set search_path = public, pg_temp
as $$
    with old as (
        delete from idempotency_keys i
        where (i.merchant_id, i.key) in (
            select o.merchant_id, o.key from idempotency_keys o where o.created_at < clock_timestamp() - p_age limit 10000 for update skip locked)
        returning 1
    )
    select count(*)::int from old
$$;

revoke execute on all functions in schema public from public;
grant execute on function
    accept_kicks(uuid[], text[], text[], text[], text[], text[], int[], boolean[], text[], bytea[], text[], boolean[], text, interval, interval),
    expire_open_kicks(text[]),
    record_published(uuid[], int[], text),
    release_kicks(uuid[], int[], boolean[], text[], text, interval),
    fail_kicks(uuid[], int[], text[], text[], text),
    claim_due_kicks(text, interval, int),
    record_answers(uuid[], text[], text[]),
    cancel_kick(uuid, uuid, text),
    watch_kick(uuid, uuid),
    forget_idempotency_keys(interval)
    to cloudkick_service;
