-- A node says that it lives, and closes the sessions of nodes that have been silent longer than `p_timeout`.
create function record_heartbeat(p_node text, p_timeout interval) returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    insert into nodes as n (node, started_at, seen_at) values (p_node, clock_timestamp(), clock_timestamp())
    on conflict (node) do update set seen_at = clock_timestamp();

    update tas_sessions s set closed_at = clock_timestamp(), close_reason = 'node_lost'
    where s.closed_at is null
      and not exists (select from nodes n where n.node = s.node and n.seen_at > clock_timestamp() - p_timeout);

    delete from nodes n where n.seen_at < clock_timestamp() - interval '1 day';
end
$$;

-- A node that stops in good order is gone at once, not after a timeout.
create function record_departure(p_node text) returns void
    language sql security definer set search_path = public, pg_temp
as $$
    update tas_sessions s set closed_at = clock_timestamp(), close_reason = 'node_stopped' where s.node = p_node and s.closed_at is null;
    delete from nodes n where n.node = p_node;
$$;

-- A terminal opened its session: the proof that a kick worked. Verdicts:
--   admitted           the terminal's open kick is now connected, and the session is its only live one
--   unknown_terminal   no such terminal, or it belongs to nobody
--   kick_expired       the kick that it names, or its last one, is past its deadline or was ended
--   kick_used          the kick that it names has had its session
--   no_open_kick       nobody asked for it
-- `p_kick_id` is null for firmware that does not say which kick it follows. An older live session is closed, and its node told.
create function open_tas_session(p_session_id uuid, p_terminal_id text, p_kick_id uuid, p_node text, p_remote text)
    returns table (verdict text, kick_id uuid, merchant_id uuid)
    language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    moment timestamptz;
    open_kick open_kicks;
    named_state text;
    replaced tas_sessions;
begin
    select * into open_kick from open_kicks o where o.terminal_id = p_terminal_id for update;
    moment := clock_timestamp();

    if open_kick.kick_id is null or open_kick.kick_id <> coalesce(p_kick_id, open_kick.kick_id) or open_kick.expires_at <= moment then
        select k.state into named_state from kicks k where k.kick_id = p_kick_id and k.terminal_id = p_terminal_id;
        return query select
            case when not exists (select from terminals t where t.terminal_id = p_terminal_id and t.merchant_id is not null) then 'unknown_terminal'
                 when named_state = 'connected' then 'kick_used'
                 when named_state is not null or (open_kick.expires_at <= moment and p_kick_id is null) then 'kick_expired'
                 else 'no_open_kick' end,
            p_kick_id, null::uuid;
        return;
    end if;

    update tas_sessions s set closed_at = moment, close_reason = 'replaced'
    where s.terminal_id = p_terminal_id and s.closed_at is null
    returning * into replaced;
    if found then
        perform pg_notify('tas_session_replaced', replaced.node || ' ' || replaced.session_id);
    end if;

    insert into tas_sessions (session_id, merchant_id, terminal_id, kick_id, node, remote, opened_at)
    values (p_session_id, open_kick.merchant_id, p_terminal_id, open_kick.kick_id, p_node, p_remote, moment);

    delete from open_kicks o where o.terminal_id = p_terminal_id;
    update kicks k set state = 'connected', connected_at = moment, ended_at = moment
    where k.kick_id = open_kick.kick_id and k.state in ('accepted', 'published', 'delivered');
    insert into kick_events (kick_id, merchant_id, event, at, node) values (open_kick.kick_id, open_kick.merchant_id, 'connected', moment, p_node);
    if open_kick.watched then
        perform pg_notify('kick_final', open_kick.kick_id::text);
    end if;
    return query select 'admitted', open_kick.kick_id, open_kick.merchant_id;
end
$$;

create function close_tas_session(p_session_id uuid, p_reason text) returns void
    language sql security definer set search_path = public, pg_temp
as $$
    update tas_sessions s set closed_at = clock_timestamp(), close_reason = p_reason where s.session_id = p_session_id and s.closed_at is null
$$;

-- Takes presence events as they come: doubled and out of order. Per client id the version number decides, within one version a
-- disconnect follows its connect; numbers start again at zero after a long absence, which a much newer event time shows.
-- A terminal that comes back while its kick is open gets the kick published again a second later (after it has subscribed).
create function record_presence(
    p_client_ids text[], p_connected boolean[], p_versions bigint[], p_sessions text[], p_event_at timestamptz[], p_reasons text[], p_addresses text[]) returns int
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    applied int;
begin
    with event as materialized (
        select distinct on (t.terminal_id) t.terminal_id, e.*
        from unnest(p_client_ids, p_connected, p_versions, p_sessions, p_event_at, p_reasons, p_addresses)
            e (client_id, connected, version, session, event_at, reason, address)
        join terminals t on t.thing_name = e.client_id
        order by t.terminal_id, e.version desc, e.connected
    ),
    saved as (
        insert into terminal_presence as p (terminal_id, connected, version_number, session_identifier, event_at,
                                            connected_at, disconnected_at, disconnect_reason, ip_address)
        select e.terminal_id, e.connected, e.version, e.session, e.event_at,
               case when e.connected then e.event_at end, case when not e.connected then e.event_at end, e.reason, e.address
        from event e
        order by e.terminal_id
        on conflict (terminal_id) do update
        set connected = excluded.connected, version_number = excluded.version_number, session_identifier = excluded.session_identifier,
            event_at = excluded.event_at,
            connected_at = coalesce(excluded.connected_at, p.connected_at),
            disconnected_at = coalesce(excluded.disconnected_at, p.disconnected_at),
            disconnect_reason = case when excluded.connected then p.disconnect_reason else excluded.disconnect_reason end,
            ip_address = coalesce(excluded.ip_address, p.ip_address)
        where excluded.version_number > p.version_number
           or (excluded.version_number = p.version_number and p.connected and not excluded.connected and excluded.session_identifier = p.session_identifier)
           or (excluded.version_number < p.version_number and excluded.event_at > p.event_at + interval '30 minutes')
        returning p.terminal_id, p.connected
    ),
    awaited as materialized (
        select o.terminal_id from open_kicks o join saved s on s.terminal_id = o.terminal_id and s.connected
        join kicks k on k.kick_id = o.kick_id
        where o.lease_until is null and k.state = 'published'
        order by o.terminal_id
        for update of o
    ),
    due as (
        update open_kicks o set lease_until = clock_timestamp() + interval '1 second' from awaited a where o.terminal_id = a.terminal_id
    )
    select count(*) into applied from saved;
    return applied;
end
$$;

revoke execute on all functions in schema public from public;
grant execute on function
    record_heartbeat(text, interval), record_departure(text), open_tas_session(uuid, text, uuid, text, text), close_tas_session(uuid, text),
    record_presence(text[], boolean[], bigint[], text[], timestamptz[], text[], text[])
    to cloudkick_service;
