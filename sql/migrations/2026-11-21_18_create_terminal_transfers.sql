-- A terminal passes from one merchant to another when the platform has proposed it and both have agreed.
create table terminal_transfers (
    transfer_id    uuid        not null default gen_random_uuid() primary key,
    terminal_id    text        not null references terminals on delete cascade,
    from_merchant  uuid        not null references merchants,
    to_merchant    uuid        not null references merchants,
    -- As they were called then: neither may look the other up.
    from_name      text        not null,
    to_name        text        not null,
    proposed_at    timestamptz not null default now(),
    proposed_by    text        not null,
    from_agreed_at timestamptz,
    from_agreed_by text,
    to_agreed_at   timestamptz,
    to_agreed_by   text,
    ended_at       timestamptz,
    outcome        text        check (outcome in ('done', 'declined', 'withdrawn', 'overtaken')),
    check (from_merchant <> to_merchant),
    check ((ended_at is null) = (outcome is null))
);
create unique index terminal_transfers_open on terminal_transfers (terminal_id) where ended_at is null;
create index terminal_transfers_from on terminal_transfers (from_merchant, proposed_at desc);
create index terminal_transfers_to on terminal_transfers (to_merchant, proposed_at desc);
alter table terminal_transfers enable row level security;
alter table terminal_transfers force row level security;
create policy either_side on terminal_transfers for select to cloudkick_service
    using (from_merchant = current_merchant() or to_merchant = current_merchant());
create policy platform on terminal_transfers to cloudkick_service using (is_platform());
create policy owner_functions on terminal_transfers to current_user using (true);
grant select, insert, update on terminal_transfers to cloudkick_service;

revoke execute on all functions in schema public from public;
