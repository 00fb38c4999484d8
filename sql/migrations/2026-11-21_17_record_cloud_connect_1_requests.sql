-- Requests that name the management system of Cloud Connect 1.0, refused or not: whether a till was changed over shows by what it
-- asked last. A kick's own row does not tell: it has the terminal's management system, whatever was asked for.
create table cloud_connect_1_requests (
    merchant_id uuid        not null,
    terminal_id text        not null references terminals on delete cascade,
    last_at     timestamptz not null,
    count       bigint      not null check (count > 0),
    primary key (merchant_id, terminal_id)
);
call guard_tenant_table('cloud_connect_1_requests');
grant select on cloud_connect_1_requests to cloudkick_service;

-- Takes requests in a batch, at most one row of each merchant and terminal. Their time is this clock's, after the kicks that they may
-- have led to: a later kick is one of another request.
create function record_cloud_connect_1_requests(p_merchant_ids uuid[], p_terminal_ids text[], p_counts bigint[]) returns void
    language sql security definer set search_path = public, pg_temp
as $$
    insert into cloud_connect_1_requests as k (merchant_id, terminal_id, last_at, count)
    select r.merchant_id, r.terminal_id, clock_timestamp(), r.count
    from unnest(p_merchant_ids, p_terminal_ids, p_counts) r (merchant_id, terminal_id, count)
    join terminals t on t.terminal_id = r.terminal_id and t.merchant_id = r.merchant_id
    order by r.terminal_id
    on conflict (merchant_id, terminal_id) do update
    set last_at = greatest(k.last_at, excluded.last_at),
        count = k.count + excluded.count
$$;

revoke execute on all functions in schema public from public;
grant execute on function record_cloud_connect_1_requests(uuid[], text[], bigint[]) to cloudkick_service;
