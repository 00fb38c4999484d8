-- What the diagnosis of a terminal looks at, beside what is stored anyway: refused requests, and how its connection came and went.

-- The newest refusal of each kind. Only of terminals that are the merchant's own: what somebody guesses is not worth a row.
create table refused_kicks (
    merchant_id          uuid        not null,
    terminal_id          text        not null references terminals on delete cascade,
    code                 text        not null check (code ~ '^[a-z0-9-]{1,40}$'),
    management_system_id text        not null check (length(management_system_id) <= 64),
    at                   timestamptz not null,
    count                bigint      not null check (count > 0),
    primary key (merchant_id, terminal_id, code)
);
call guard_tenant_table('refused_kicks');
grant select on refused_kicks to cloudkick_service;

-- Takes refusals in a batch, at most one of each merchant, terminal and code.
create function record_refused_kicks(
    p_merchant_ids uuid[], p_terminal_ids text[], p_codes text[], p_management_system_ids text[], p_at timestamptz[], p_counts bigint[]) returns void
    language sql security definer set search_path = public, pg_temp
as $$
    insert into refused_kicks as k (merchant_id, terminal_id, code, management_system_id, at, count)
    select r.merchant_id, r.terminal_id, r.code, r.management_system_id, least(r.at, clock_timestamp()), r.count
    from unnest(p_merchant_ids, p_terminal_ids, p_codes, p_management_system_ids, p_at, p_counts)
        r (merchant_id, terminal_id, code, management_system_id, at, count)
    join terminals t on t.terminal_id = r.terminal_id and t.merchant_id = r.merchant_id
    order by r.terminal_id, r.code
    on conflict (merchant_id, terminal_id, code) do update
    set management_system_id = case when excluded.at >= k.at then excluded.management_system_id else k.management_system_id end,
        at = greatest(k.at, excluded.at),
        count = k.count + excluded.count
$$;

-- The last changes of a terminal's connection, a hundred at most: it follows terminal_presence by itself.
create table presence_changes (
    terminal_id       text        not null references terminals on delete cascade,
    change_id         bigint      generated always as identity,
    at                timestamptz not null,
    connected         boolean     not null,
    disconnect_reason text,
    ip_address        text,
    primary key (terminal_id, change_id)
);
alter table presence_changes enable row level security;
alter table presence_changes force row level security;
create policy follows_terminal on presence_changes to cloudkick_service
    using (exists (select from terminals t where t.terminal_id = presence_changes.terminal_id));
create policy owner_functions on presence_changes to current_user using (true);
grant select on presence_changes to cloudkick_service;

create function note_presence_change() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    insert into presence_changes (terminal_id, at, connected, disconnect_reason, ip_address)
    values (new.terminal_id, new.event_at, new.connected, case when not new.connected then new.disconnect_reason end, new.ip_address);
    delete from presence_changes c
    where c.terminal_id = new.terminal_id
      and c.change_id <= (select o.change_id from presence_changes o where o.terminal_id = new.terminal_id order by o.change_id desc offset 100 limit 1);
    return null;
end
$$;
create trigger note_change_insert after insert on terminal_presence for each row execute function note_presence_change();
create trigger note_change_update after update on terminal_presence for each row
    when (old.connected is distinct from new.connected or old.session_identifier is distinct from new.session_identifier)
    execute function note_presence_change();

-- Whether the cloud tells of connections at all: seen through no merchant's eyes.
create function presence_is_observed() returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (select from terminal_presence);

revoke execute on all functions in schema public from public;
grant execute on function
    record_refused_kicks(uuid[], text[], text[], text[], timestamptz[], bigint[]), presence_is_observed() to cloudkick_service;
