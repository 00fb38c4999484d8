-- Every event of a kick says which node recorded it: the terminal's answers and the passed deadlines too.

-- The terminals themselves answered these kicks, and `p_node` took their answers. An answer counts only from the terminal that the kick
-- is for. `p_results`: accepted or duplicate make the kick delivered; any other is a refusal, kept as an event.
create function record_answers(p_kick_ids uuid[], p_terminal_ids text[], p_results text[], p_node text) returns void
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
    insert into kick_events (kick_id, merchant_id, event, at, node, detail)
    select m.kick_id, m.merchant_id, 'delivered', clock_timestamp(), p_node, null from moved m
    union all
    select k.kick_id, k.merchant_id, 'refused', clock_timestamp(), p_node, a.result
    from answer a join kicks k on k.kick_id = a.kick_id and k.terminal_id = a.terminal_id
    where k.kick_id = any (p_kick_ids) and not a.arrived and k.ended_at is null;
end
$$;

-- For the release before this one, which does not say where.
create or replace function record_answers(p_kick_ids uuid[], p_terminal_ids text[], p_results text[]) returns void
    language sql security definer set search_path = public, pg_temp
as $$
    select record_answers(p_kick_ids, p_terminal_ids, p_results, null)
$$;

-- Ends the open kicks whose deadline has passed: those of the given terminals, or with null up to a thousand of all. `p_node` found it out.
-- Says what is known of the broker: acked, unknown, or never_sent. Returns how many it ended.
create function expire_open_kicks(p_terminal_ids text[], p_node text) returns int
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
    insert into kick_events (kick_id, merchant_id, event, at, node, detail)
    select m.kick_id, m.merchant_id, 'expired', m.ended_at, p_node, m.broker_outcome from moved m;

    perform pg_notify('kick_final', a.kick_id::text) from unnest(awaited) a (kick_id);
    return cardinality(due);
end
$$;

-- For the release before this one.
create or replace function expire_open_kicks(p_terminal_ids text[] default null) returns int
    language sql security definer set search_path = public, pg_temp
as $$
    select expire_open_kicks(p_terminal_ids, null)
$$;

-- Who finds a passed deadline while deciding on the next kick, or while cancelling, ends the kick too. Both know their node; nothing else
-- in them changes.
do $$
declare
    caller record;
    definition text;
begin
    for caller in
        select *
        from (values
            ('decide_kicks(uuid[], text[], text[], text[], text[], text[], int[], boolean[], text[], bytea[], text[], boolean[], text[], text, interval, interval)',
             'expire_open_kicks(p_terminal_ids)', 'expire_open_kicks(p_terminal_ids, p_node)'),
            ('cancel_kick(uuid, uuid, text)',
             'expire_open_kicks(array[open_kick.terminal_id])', 'expire_open_kicks(array[open_kick.terminal_id], p_node)')
        ) c (signature, was, shall_be)
    loop
        definition := pg_get_functiondef(caller.signature::regprocedure);
        if position(caller.was in definition) = 0 then
            raise exception '% does not call %', caller.signature, caller.was;
        end if;
        execute replace(definition, caller.was, caller.shall_be);
    end loop;
end
$$;

revoke execute on all functions in schema public from public;
grant execute on function record_answers(uuid[], text[], text[], text), expire_open_kicks(text[], text) to cloudkick_service;
