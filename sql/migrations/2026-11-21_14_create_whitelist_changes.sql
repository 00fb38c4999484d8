-- The last change of each merchant's whitelist, so that it can be undone: who made it, and every entry before and after.
create table whitelist_last_changes (
    merchant_id uuid        not null primary key references merchants,
    change_id   uuid        not null default gen_random_uuid(),
    actor       text        not null check (length(actor) <= 100),
    changed_at  timestamptz not null default clock_timestamp(),
    -- An array of {terminalId, before, after}; before and after are {label, enabledUntil}, null where there was or is no entry.
    entries     jsonb       not null check (jsonb_typeof(entries) = 'array')
);
call guard_tenant_table('whitelist_last_changes');
grant select, insert, update, delete on whitelist_last_changes to cloudkick_service;

-- Somebody who is removed is gone with their sessions, links and codes; the audit log keeps their id.
grant delete on users to cloudkick_service;

revoke execute on all functions in schema public from public;
