-- Fills a migrated, empty database with what a relay of some age holds. Runs as the schema's owner; what it needs for that stays in the schema
-- `volume`, which the relay does not see. Set-based, so that ten million kicks take minutes.
create schema volume;

-- A version 7 UUID of a moment, as kicks and merchants have.
create function volume.id_at(moment timestamptz) returns uuid
    language sql volatile parallel safe
    return (lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0') || '7' || substr(gen_random_uuid()::text, 16))::uuid;

create table volume.merchants (
    n              int  not null,
    merchant_id    uuid not null,
    first_terminal int  not null,
    terminals      int  not null
);

create table volume.terminals (
    -- From 0 on without a gap, so that a number drawn is a terminal.
    n           int     not null primary key,
    terminal_id text    not null,
    merchant_id uuid    not null,
    api_key_id  text    not null,
    fails       boolean not null
);
create index on volume.terminals (merchant_id);

-- Merchants as they are: one has a fifth of all terminals, ten have a fiftieth each, a hundred have some, the rest three. One terminal in a
-- hundred is nobody's yet. Ids are scattered, as they are when terminals come and go.
create function volume.fill_merchants(p_terminals int) returns void
    language sql
as $$
    insert into volume.merchants (n, merchant_id, first_terminal, terminals)
    select sized.n, volume.id_at(now() - interval '700 days' + sized.n * interval '20 minutes'), sized.upto - sized.terminals, sized.terminals
    from (select n, terminals, sum(terminals) over (order by n)::int as upto
          from generate_series(1, p_terminals) n
          cross join lateral (select greatest(3, case when n = 1 then p_terminals / 5 when n <= 11 then p_terminals / 50 when n <= 111 then p_terminals / 700 end)) s (terminals)) sized
    where sized.upto <= p_terminals / 100 * 99;

    insert into merchants (merchant_id, name, created_at)
    select m.merchant_id,
           format('%s %s', (array['Bakery', 'Butcher', 'Florist', 'Pharmacy', 'Bookshop', 'Bicycles', 'Garage', 'Hotel'])[1 + m.n % 8], m.n),
           now() - interval '700 days' + m.n * interval '20 minutes'
    from volume.merchants m;

    insert into users (merchant_id, email, name, role)
    select m.merchant_id, format('person-%s@merchant-%s.example', p, m.n), format('Person %s', p), (array['viewer', 'operator', 'admin'])[1 + p % 3]
    from volume.merchants m
    cross join lateral generate_series(1, case when m.n = 1 then 500 else 2 end) p;

    insert into api_keys (key_id, merchant_id, environment, secret_hash, label, scopes, created_at)
    select format('volume%s', lpad((m.n * 100 + k)::text, 10, '0')), m.merchant_id, 'volume', sha256(convert_to(format('%s %s', m.n, k), 'UTF8')), format('Till system %s', k),
           array['kicks:write', 'kicks:read'], now() - interval '600 days' + m.n * interval '20 minutes'
    from volume.merchants m
    cross join lateral generate_series(1, case when m.n = 1 then 80 else 1 end) k;
$$;

create function volume.fill_terminals(p_terminals int) returns void
    language sql
as $$
    insert into volume.terminals (n, terminal_id, merchant_id, api_key_id, fails)
    select t, format('NL%s', lpad((t::bigint * 7919 % p_terminals)::text, 6, '0')), m.merchant_id, format('volume%s', lpad((m.n * 100 + 1)::text, 10, '0')), random() < 0.01
    from volume.merchants m
    cross join lateral generate_series(m.first_terminal, m.first_terminal + m.terminals - 1) t;

    insert into terminals (terminal_id, merchant_id, management_system_id, thing_name, firmware_version, connect_mode, label, created_at)
    select drawn.terminal_id, v.merchant_id, case when drawn.r < 0.1 then 'GrundmasterBE' else 'GrundmasterNL' end, drawn.terminal_id,
           case when drawn.s < 0.93 then '14.0.12.3' when drawn.s < 0.98 then '14.0.10.2' end,
           case when v.merchant_id is null or drawn.q < 0.97 then '2.0' when drawn.q < 0.99 then 'both' else '1.0' end,
           case when drawn.r < 0.7 then format('%s %s', (array['Counter', 'Till', 'Terrace', 'Reception'])[1 + drawn.n % 4], drawn.n) else '' end,
           now() - interval '600 days' * drawn.s
    from (select n, format('NL%s', lpad((n::bigint * 7919 % p_terminals)::text, 6, '0')) as terminal_id, random() as q, random() as r, random() as s
          from generate_series(0, p_terminals - 1) n) drawn
    left join volume.terminals v on v.n = drawn.n;

    insert into whitelist_entries (merchant_id, terminal_id, label, enabled_until)
    select v.merchant_id, v.terminal_id, t.label, case when random() < 0.02 then now() + interval '60 days' * (random() - 0.5) end
    from volume.terminals v
    join terminals t on t.terminal_id = v.terminal_id
    where random() < 0.98;

    -- Listed before they are delivered.
    insert into whitelist_entries (merchant_id, terminal_id, label)
    select m.merchant_id, format('NX%s', lpad((m.first_terminal + e)::text, 8, '0')), 'ordered'
    from volume.merchants m
    cross join lateral generate_series(0, m.terminals / 100) e;
$$;

-- The terminals of a database that has some already.
create function volume.adopt_terminals() returns void
    language sql
as $$
    insert into volume.terminals (n, terminal_id, merchant_id, api_key_id, fails)
    select row_number() over (order by t.terminal_id) - 1, t.terminal_id, t.merchant_id, 'volume0000000101', false
    from terminals t
    where t.merchant_id is not null;
$$;

-- What the cloud told of connections, and what else the diagnosis looks at. Triggers keep the history and the terminals' states.
create function volume.fill_evidence() returns void
    language sql
as $$
    insert into presence_changes (terminal_id, at, connected, disconnect_reason, ip_address)
    select v.terminal_id, now() - interval '30 days' + interval '1 day' * c, c % 2 = 0, case when c % 2 = 1 then 'MQTT_KEEP_ALIVE_TIMEOUT' end, '198.51.100.7'
    from volume.terminals v
    cross join lateral generate_series(0, v.n % 20) c;

    insert into terminal_presence (terminal_id, connected, version_number, session_identifier, event_at, connected_at, disconnected_at, disconnect_reason, ip_address)
    select drawn.terminal_id, drawn.online, 30, 'volume', now() - interval '1 hour' * random(), now() - interval '2 days',
           case when not drawn.online then now() - interval '1 hour' end, case when not drawn.online then 'MQTT_KEEP_ALIVE_TIMEOUT' end, '198.51.100.7'
    from (select v.terminal_id, not v.fails and random() < 0.95 as online from volume.terminals v where random() < 0.97) drawn;

    insert into refused_kicks (merchant_id, terminal_id, code, management_system_id, at, count)
    select v.merchant_id, v.terminal_id, 'terminal-offline', 'GrundmasterNL', now() - interval '3 days' * random(), 1 + v.n % 9
    from volume.terminals v
    where random() < 0.02;

    -- Each merchant imported its terminals, as many as an import takes.
    insert into whitelist_last_changes (merchant_id, actor, entries)
    select m.merchant_id, 'key:volume0000000101',
           (select jsonb_agg(jsonb_build_object('terminalId', i.terminal_id, 'before', null, 'after', jsonb_build_object('label', 'Counter', 'enabledUntil', null)))
            from (select v.terminal_id from volume.terminals v where v.merchant_id = m.merchant_id limit 10000) i)
    from volume.merchants m;

    -- Each seventh terminal came to its merchant from the largest one, or the other way round; some were declined, and few are open.
    insert into terminal_transfers (terminal_id, from_merchant, to_merchant, from_name, to_name, proposed_at, proposed_by, from_agreed_at, ended_at, outcome)
    select v.terminal_id, case when v.n % 2 = 0 then v.merchant_id else m.merchant_id end, case when v.n % 2 = 0 then m.merchant_id else v.merchant_id end,
           'Bakery', 'Butcher', now() - interval '1 minute' * v.n, 'operator:volume', now() - interval '1 minute' * v.n,
           case when v.n % 70 <> 0 then now() - interval '30 seconds' * v.n end,
           case when v.n % 70 = 0 then null when v.n % 21 = 0 then 'declined' else 'done' end
    from volume.terminals v
    join volume.merchants m on m.n = 1 and m.merchant_id <> v.merchant_id
    where v.n % 7 = 0;

    insert into cloud_connect_1_requests (merchant_id, terminal_id, last_at, count)
    select t.merchant_id, t.terminal_id, now() - interval '3 days' * random(), 5
    from terminals t
    where t.connect_mode <> '2.0';
$$;

-- Two rows of the audit log for each terminal of every tenth merchant and of all the larger ones, in chains that hold.
create function volume.fill_audit(p_merchant uuid) returns void
    language sql
    return append_audits(p_merchant, 'key:volume0000000101', '192.0.2.1',
        (select array_agg(a.action order by t.n, a.action)
         from volume.terminals t cross join (values ('terminal.assign'), ('whitelist.add')) a (action) where t.merchant_id = p_merchant),
        (select array_agg(t.terminal_id order by t.n, a.action)
         from volume.terminals t cross join (values ('terminal.assign'), ('whitelist.add')) a (action) where t.merchant_id = p_merchant),
        (select array_agg(null::jsonb) from volume.terminals t cross join generate_series(1, 2) where t.merchant_id = p_merchant),
        (select array_agg('{"label": "Counter", "enabledUntil": null}'::jsonb) from volume.terminals t cross join generate_series(1, 2) where t.merchant_id = p_merchant));

-- An empty partition of a day that the relay's own maintenance no longer makes. Without indexes: they are built when it is attached.
create procedure volume.make_day(p_day date)
    language plpgsql
as $$
declare
    parent text;
    partition_name text;
begin
    foreach parent in array array['kicks', 'kick_events'] loop
        partition_name := parent || to_char(p_day, '_YYYYMMDD');
        continue when to_regclass(partition_name) is not null;
        execute format('create table %I (like %I including defaults including constraints) with (fillfactor = 60)', partition_name, parent);
        call guard_tenant_table(partition_name::regclass);
    end loop;
end
$$;

create procedure volume.attach_day(p_day date)
    language plpgsql
as $$
declare
    parent text;
    partition_name text;
begin
    foreach parent in array array['kicks', 'kick_events'] loop
        partition_name := parent || to_char(p_day, '_YYYYMMDD');
        continue when exists (select from pg_inherits i where i.inhrelid = partition_name::regclass);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)',
            parent, partition_name, first_kick_id_of(p_day), first_kick_id_of(p_day + 1));
    end loop;
end
$$;

-- Kicks that have ended, evenly between two moments of a day, in the order of their ids. Some terminals are kicked often, some hardly ever;
-- those that fail always fail. `p_bare`: nothing but the kicks.
create procedure volume.fill_day(p_day date, p_from timestamptz, p_until timestamptz, p_kicks int, p_bare boolean)
    language plpgsql
as $$
declare
    terminals int := (select count(*) from volume.terminals);
    suffix text := to_char(p_day, '_YYYYMMDD');
begin
    execute format($sql$
        insert into %I (kick_id, merchant_id, terminal_id, management_system_id, access_protocol, reference, api_key_id, trace_parent, state,
                        broker_outcome, failure_code, node, attempt, accepted_at, expires_at, published_at, delivered_at, connected_at, ended_at)
        select volume.id_at(k.at), k.merchant_id, k.terminal_id, 'GrundmasterNL', 'OPI_NL', k.reference, k.api_key_id, k.trace_parent, k.state,
               case when k.state = 'failed' then 'never_sent' when k.state = 'connected' and k.r < 0.01 then 'never_sent' when k.state = 'expired' and k.s < 0.1 then 'unknown' else 'acked' end,
               case when k.state = 'failed' then 'refused-by-cloud' end,
               case when k.s < 0.5 then 'relay-1' else 'relay-2' end, case when k.state = 'connected' and k.r < 0.01 then 0 when k.r > 0.99 then 2 else 1 end,
               k.at, k.at + interval '30 seconds',
               case when k.state <> 'failed' and not (k.state = 'connected' and k.r < 0.01) then k.at + interval '20 milliseconds' * (0.2 + k.s) end,
               case when k.state = 'connected' and k.r >= 0.01 then k.at + interval '200 milliseconds' * (0.3 + k.s) end,
               case when k.state = 'connected' then k.at + interval '4 seconds' * k.s * (k.r >= 0.01)::int end,
               case k.state when 'connected' then k.at + interval '4 seconds' * k.s * (k.r >= 0.01)::int when 'expired' then k.at + interval '30 seconds' else k.at + interval '2 seconds' end
        from (select d.n, d.r, d.s, $2 + ($3 - $2) * (d.n - d.r) / $1 as at, t.merchant_id, t.terminal_id, t.api_key_id,
                     case when t.fails then 'expired' when d.q < 0.95 then 'connected' when d.q < 0.98 then 'expired' when d.q < 0.99 then 'cancelled' else 'failed' end as state,
                     case when d.s < 0.7 and not $5 then format('order-%%s-%%s', to_char($2, 'YYMMDD'), d.n) end as reference,
                     case when d.r < 0.5 and not $5 then format('00-%%s-%%s-01', md5(d.n::text), substr(md5(d.n::text), 1, 16)) end as trace_parent
              from (select n, (random() ^ 1.7 * $4)::int * 13 %% $4 as terminal, random() as q, random() as r, random() as s
                    from generate_series(1, $1) n offset 0) d
              join volume.terminals t on t.n = d.terminal
              order by d.n) k
        $sql$, 'kicks' || suffix)
    using p_kicks, p_from, p_until, terminals, p_bare;
    if p_bare then
        return;
    end if;

    execute format($sql$
        insert into %I (kick_id, merchant_id, event, at, node, detail)
        select k.kick_id, k.merchant_id, e.event, e.at, e.node, e.detail
        from %I k
        cross join lateral (values
            (1, 'accepted', k.accepted_at, k.node, null),
            (2, 'published', k.published_at, k.node, null),
            (3, 'delivered', k.delivered_at, null, null),
            (4, 'connected', k.connected_at, k.node, null),
            (5, 'expired', case when k.state = 'expired' then k.ended_at end, null, k.broker_outcome),
            (6, 'cancelled', case when k.state = 'cancelled' then k.ended_at end, k.node, null),
            (7, 'failed', case when k.state = 'failed' then k.ended_at end, k.node, 'not authorized')) e (step, event, at, node, detail)
        where e.at is not null and k.kick_id >= first_kick_id_at($1) and k.kick_id < first_kick_id_at($2)
        $sql$, 'kick_events' || suffix, 'kicks' || suffix)
    using p_from, p_until;

    execute format($sql$
        insert into tas_sessions (session_id, merchant_id, terminal_id, kick_id, node, remote, opened_at, closed_at, close_reason)
        select gen_random_uuid(), k.merchant_id, k.terminal_id, k.kick_id, k.node, '198.51.100.7:40123', k.connected_at, k.connected_at + interval '90 seconds', 'closed_by_terminal'
        from %I k
        where k.state = 'connected' and k.attempt > 0 and k.kick_id >= first_kick_id_at($1) and k.kick_id < first_kick_id_at($2)
        $sql$, 'kicks' || suffix)
    using p_from, p_until;

    -- As long as the relay remembers them.
    execute format($sql$
        insert into idempotency_keys (merchant_id, key, fingerprint, kick_id, created_at)
        select k.merchant_id, k.kick_id::text, sha256(convert_to(k.kick_id::text, 'UTF8')), k.kick_id, k.accepted_at
        from %I k
        where k.accepted_at > now() - interval '24 hours' and k.reference is not null and k.kick_id >= first_kick_id_at($1) and k.kick_id < first_kick_id_at($2)
        $sql$, 'kicks' || suffix)
    using p_from, p_until;
end
$$;

-- Counts of the kicks before a moment, as the relay's rollup makes them, which does the newer ones itself; in one go, because it takes a
-- tenth of a millisecond for each. Older minutes than those it forgets are left out.
create function volume.fill_counts(p_until timestamptz) returns void
    language sql set work_mem = '256MB'
as $$
    insert into unsuccessful_kicks (kick_id, merchant_id, state)
    select k.kick_id, k.merchant_id, k.state from kicks k where k.kick_id < first_kick_id_at(p_until) and k.state <> 'connected';

    insert into kick_hours (merchant_id, hour, state, kicks)
    select k.merchant_id, date_trunc('hour', k.accepted_at), k.state, count(*) from kicks k where k.kick_id < first_kick_id_at(p_until) group by 1, 2, 3;

    update terminal_states s
    set failures_in_row = case when v.fails then k.kicks else 0 end, failing_since = case when v.fails then k.first_at end,
        last_kick_at = k.last_at, last_kick_state = case when v.fails then 'expired' else 'connected' end,
        usual_failure = case when v.fails then 1 else 0.05 end, last_request_at = k.last_at, last_session_at = k.session_at
    from (select k.terminal_id, count(*) as kicks, min(k.accepted_at) as first_at, max(k.accepted_at) as last_at,
                 max(k.connected_at) filter (where k.attempt > 0) as session_at
          from kicks k where k.kick_id < first_kick_id_at(p_until) group by 1) k
    join volume.terminals v on v.terminal_id = k.terminal_id
    where s.terminal_id = k.terminal_id;

    update kick_rollup set upto = first_kick_id_at(p_until);
$$;

-- The kicks that are under way: of the largest merchants, published, for another hour.
create function volume.fill_open(p_merchants int) returns void
    language sql
as $$
    with begun as (
        insert into kicks (kick_id, merchant_id, terminal_id, management_system_id, access_protocol, reference, api_key_id, state, broker_outcome,
                           node, attempt, accepted_at, expires_at, published_at)
        select volume.id_at(now()), v.merchant_id, v.terminal_id, 'GrundmasterNL', 'OPI_NL', 'under way', v.api_key_id, 'published', 'acked',
               'relay-1', 1, now(), now() + interval '1 hour', now()
        from volume.merchants m
        join volume.terminals v on v.n = m.first_terminal
        where m.n <= p_merchants
        returning *
    ),
    logged as (
        insert into kick_events (kick_id, merchant_id, event, at, node)
        select b.kick_id, b.merchant_id, e.event, b.accepted_at, b.node from begun b cross join (values ('accepted'), ('published')) e (event)
    )
    insert into open_kicks (terminal_id, kick_id, merchant_id, expires_at, attempt_pending, maybe_sent)
    select b.terminal_id, b.kick_id, b.merchant_id, b.expires_at, false, true from begun b;
$$;
