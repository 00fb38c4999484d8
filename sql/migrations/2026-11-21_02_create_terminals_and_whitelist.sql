-- Which terminal management systems (TMS) there are, and where their terminals listen.
create table management_systems (
    management_system_id text not null primary key check (length(management_system_id) between 1 and 64),
    subscription_topic   text not null check (subscription_topic ~ '^[A-Za-z0-9_-]{1,64}$'),
    -- `{subscriptionTopic}` and `{terminalId}` are filled in; nothing else may vary.
    topic_template       text not null default '{subscriptionTopic}/{terminalId}'
        check (topic_template ~ '^(\{subscriptionTopic\}|\{terminalId\}|[A-Za-z0-9_-]+)(/(\{subscriptionTopic\}|\{terminalId\}|[A-Za-z0-9_-]+)){0,7}$')
);
grant select on management_systems to cloudkick_service;

insert into management_systems (management_system_id, subscription_topic) values
    ('GrundmasterNL', 'NL-CAT'),
    ('GrundmasterBE', 'BE-CAT'),
    ('GrundmasterNL-ThirdPartyTest', 'NL-CAT'),
    ('GrundmasterBE-ThirdPartyTest', 'BE-CAT');

create table terminals (
    terminal_id          text        not null primary key check (terminal_id ~ '^[A-Za-z0-9_-]{1,16}$'),
    merchant_id          uuid        references merchants,
    management_system_id text        not null references management_systems,
    -- The client id that the terminal connects with and, by policy, its thing's name in the cloud.
    thing_name           text        not null unique check (thing_name ~ '^[A-Za-z0-9:_-]{1,128}$'),
    firmware_version     text        check (firmware_version ~ '^[0-9]{1,4}(\.[0-9]{1,4}){1,5}$'),
    -- Overrides the management system's, for a terminal whose MqtSubscriptionTopic0 differs.
    subscription_topic   text        check (subscription_topic ~ '^[A-Za-z0-9_-]{1,64}$'),
    topic_template       text
        check (topic_template ~ '^(\{subscriptionTopic\}|\{terminalId\}|[A-Za-z0-9_-]+)(/(\{subscriptionTopic\}|\{terminalId\}|[A-Za-z0-9_-]+)){0,7}$'),
    -- Which Cloud Connect it may be kicked by; `both` while its till still sends 1.0 requests.
    connect_mode         text        not null default '2.0' check (connect_mode in ('1.0', '2.0', 'both')),
    label                text        not null default '' check (length(label) <= 200),
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now()
);
create index terminals_merchant on terminals (merchant_id, terminal_id);
call guard_tenant_table('terminals');
grant select, insert, update on terminals to cloudkick_service;

create table whitelist_entries (
    merchant_id   uuid        not null references merchants,
    terminal_id   text        not null check (terminal_id ~ '^[A-Za-z0-9_-]{1,16}$'),
    label         text        not null default '' check (length(label) <= 200),
    enabled_until timestamptz,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    primary key (merchant_id, terminal_id)
);
call guard_tenant_table('whitelist_entries');
grant select, insert, update, delete on whitelist_entries to cloudkick_service;

-- What the cloud last said of a terminal's MQTT connection. It has no merchant of its own: it follows its terminal.
create table terminal_presence (
    terminal_id        text        not null primary key references terminals on delete cascade,
    connected          boolean     not null,
    version_number     bigint      not null,
    session_identifier text        not null,
    event_at           timestamptz not null,
    connected_at       timestamptz,
    disconnected_at    timestamptz,
    disconnect_reason  text,
    ip_address         text
);
alter table terminal_presence enable row level security;
alter table terminal_presence force row level security;
create policy follows_terminal on terminal_presence to cloudkick_service
    using (exists (select from terminals t where t.terminal_id = terminal_presence.terminal_id));
create policy owner_functions on terminal_presence to current_user using (true);
grant select on terminal_presence to cloudkick_service;

-- Who did what to a merchant's data. Append-only: rows come from append_audit, nobody may change or remove one.
create table audit_log (
    audit_id    bigint      generated always as identity primary key,
    merchant_id uuid        references merchants,
    chain_index bigint      not null,
    actor       text        not null,
    action      text        not null,
    subject     text        not null,
    before      jsonb,
    after       jsonb,
    origin      text,
    at          timestamptz not null,
    previous    bytea       not null,
    hash        bytea       not null,
    unique nulls not distinct (merchant_id, chain_index)
);
call guard_tenant_table('audit_log');
grant select on audit_log to cloudkick_service;

-- Appends to the chain of a merchant (null: the platform's own). Each row's hash covers the row and the hash before it.
create function append_audit(p_merchant_id uuid, p_actor text, p_action text, p_subject text, p_before jsonb, p_after jsonb, p_origin text)
    returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    last audit_log;
    moment timestamptz := clock_timestamp();
    first_link constant bytea := decode(repeat('00', 32), 'hex');
begin
    -- One writer at a time per chain, until commit: two rows must not follow the same one.
    perform pg_advisory_xact_lock(hashtextextended('audit', 0) # hashtextextended(coalesce(p_merchant_id::text, 'platform'), 1));
    select * into last from audit_log a
    where a.merchant_id is not distinct from p_merchant_id
    order by a.chain_index desc limit 1;

    insert into audit_log (merchant_id, chain_index, actor, action, subject, before, after, origin, at, previous, hash)
    values (
        p_merchant_id, coalesce(last.chain_index, 0) + 1, p_actor, p_action, p_subject, p_before, p_after, p_origin, moment,
        coalesce(last.hash, first_link),
        sha256(coalesce(last.hash, first_link) || convert_to(jsonb_build_array(
            p_merchant_id, coalesce(last.chain_index, 0) + 1, p_actor, p_action, p_subject, p_before, p_after, p_origin,
            extract(epoch from moment))::text, 'UTF8')));
end
$$;

revoke execute on all functions in schema public from public;
grant execute on function append_audit(uuid, text, text, text, jsonb, jsonb, text) to cloudkick_service;
