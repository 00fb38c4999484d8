-- The plan from Cloud Connect 1.0 to 2.0 asks of each of a merchant's terminals when it was last asked for, and when it last came. To look that
-- up among the kicks is one look for each terminal and each day that kicks are kept: seconds, for a merchant with 20,000 terminals.

-- Of its present merchant's kicks, as far as they are counted: when the newest was accepted, however it ended, and when the newest that
-- opened a session did so.
alter table terminal_states add column last_request_at timestamptz, add column last_session_at timestamptz;

create or replace function follow_terminal() returns trigger
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
        usual_failure = case when s.merchant_id is not distinct from excluded.merchant_id then s.usual_failure else 0 end,
        last_request_at = case when s.merchant_id is not distinct from excluded.merchant_id then s.last_request_at end,
        last_session_at = case when s.merchant_id is not distinct from excluded.merchant_id then s.last_session_at end;
    return null;
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
        select k.kick_id, k.merchant_id, k.terminal_id, k.state, k.accepted_at, case when k.attempt > 0 then k.connected_at end as session_at,
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
    ranked as (
        select e.*, sum((e.state = 'connected')::int) over (partition by e.terminal_id, e.merchant_id order by e.kick_id desc) as later_successes
        from ended e
    ),
    of_terminal as (
        -- Cancelled kicks say nothing about the terminal, only that it was asked for.
        select r.terminal_id, r.merchant_id, max(r.accepted_at) as request_at, max(r.session_at) as session_at,
               count(*) filter (where r.state <> 'cancelled') as kicks, count(*) filter (where r.state not in ('connected', 'cancelled')) as failures,
               bool_or(r.state = 'connected') as connected_once,
               count(*) filter (where r.state <> 'cancelled' and r.later_successes = 0) as failures_since,
               min(r.accepted_at) filter (where r.state <> 'cancelled' and r.later_successes = 0) as failing_since,
               max(r.accepted_at) filter (where r.state <> 'cancelled') as last_at,
               (array_agg(r.state order by r.kick_id desc) filter (where r.state <> 'cancelled'))[1] as last_state
        from ranked r group by r.terminal_id, r.merchant_id
    ),
    states as (
        update terminal_states s
        set failures_in_row = o.failures_since + case when o.connected_once then 0 else s.failures_in_row end,
            failing_since = case when o.connected_once or s.failures_in_row = 0 then o.failing_since else s.failing_since end,
            last_kick_at = coalesce(o.last_at, s.last_kick_at), last_kick_state = coalesce(o.last_state, s.last_kick_state),
            usual_failure = s.usual_failure * 0.95 ^ least(o.kicks, 200) + (1 - 0.95 ^ least(o.kicks, 200)) * (o.failures::real / greatest(o.kicks, 1)),
            last_request_at = greatest(s.last_request_at, o.request_at), last_session_at = greatest(s.last_session_at, o.session_at)
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
