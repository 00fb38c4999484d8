-- Which certificate a terminal last connected with: a rotation may retire the old one only when the new one works.

alter table terminal_presence add column principal_id text check (length(principal_id) between 1 and 128);

drop function record_presence(text[], boolean[], bigint[], text[], timestamptz[], text[], text[]);

-- Takes presence events as they come: doubled and out of order. Per client id the version number decides, within one version a
-- disconnect follows its connect; numbers start again at zero after a long absence, which a much newer event time shows.
-- A terminal that comes back while its kick is open gets the kick published again a second later (after it has subscribed).
-- A node of the release before names no principals.
create function record_presence(
    p_client_ids text[], p_connected boolean[], p_versions bigint[], p_sessions text[], p_event_at timestamptz[], p_reasons text[], p_addresses text[],
    p_principals text[] default array[]::text[]) returns int
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    applied int;
begin
    with event as materialized (
        select distinct on (t.terminal_id) t.terminal_id, e.*
        from unnest(p_client_ids, p_connected, p_versions, p_sessions, p_event_at, p_reasons, p_addresses, p_principals)
            e (client_id, connected, version, session, event_at, reason, address, principal)
        join terminals t on t.thing_name = e.client_id
        order by t.terminal_id, e.version desc, e.connected
    ),
    saved as (
        insert into terminal_presence as p (terminal_id, connected, version_number, session_identifier, event_at,
                                            connected_at, disconnected_at, disconnect_reason, ip_address, principal_id)
        select e.terminal_id, e.connected, e.version, e.session, e.event_at,
               case when e.connected then e.event_at end, case when not e.connected then e.event_at end, e.reason, e.address, e.principal
        from event e
        order by e.terminal_id
        on conflict (terminal_id) do update
        set connected = excluded.connected, version_number = excluded.version_number, session_identifier = excluded.session_identifier,
            event_at = excluded.event_at,
            connected_at = coalesce(excluded.connected_at, p.connected_at),
            disconnected_at = coalesce(excluded.disconnected_at, p.disconnected_at),
            disconnect_reason = case when excluded.connected then p.disconnect_reason else excluded.disconnect_reason end,
            ip_address = coalesce(excluded.ip_address, p.ip_address),
            principal_id = case when excluded.connected then excluded.principal_id else coalesce(excluded.principal_id, p.principal_id) end
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
grant execute on function record_presence(text[], boolean[], bigint[], text[], timestamptz[], text[], text[], text[]) to cloudkick_service;
