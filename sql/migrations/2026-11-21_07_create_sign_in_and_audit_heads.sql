-- People sign in: their second factor, sessions, one-time links and failures, and what nodes share to read each other's cookies.
alter table users
    add column name           text   not null default '' check (length(name) <= 200),
    add column language       text   check (language in ('en', 'nl', 'fr', 'de')),
    -- Encrypted by the nodes' key ring; null until the second factor is set up.
    add column totp_secret    bytea,
    -- The last 30-second step of which a code was taken: no code is taken twice.
    add column totp_step      bigint not null default 0,
    add column signed_in_at   timestamptz;

-- What belongs to a user has no merchant of its own: it is seen by whoever sees the user.
create procedure guard_users_table(table_name regclass)
    language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', table_name);
    execute format('alter table %s force row level security', table_name);
    execute format(
        'create policy follows_user on %s to cloudkick_service using (exists (select from users u where u.user_id = %s.user_id))', table_name, table_name);
    execute format('create policy owner_functions on %s to current_user using (true)', table_name);
end
$$;

-- Kept here and not in the cookie, so that any node may end them. The cookie holds a random token, this its SHA-256.
create table user_sessions (
    session_id uuid        not null default gen_random_uuid() primary key,
    user_id    uuid        not null references users on delete cascade,
    token_hash bytea       not null unique check (length(token_hash) = 32),
    -- `second-factor`: the password was right and the second factor is still asked for.
    stage      text        not null check (stage in ('second-factor', 'complete')),
    created_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    ends_at    timestamptz not null,
    ended_at   timestamptz,
    origin     text        check (length(origin) <= 100),
    user_agent text        check (length(user_agent) <= 300)
);
create index user_sessions_user on user_sessions (user_id, created_at);
call guard_users_table('user_sessions');
grant select, insert, update, delete on user_sessions to cloudkick_service;

-- Invitations and resets, each good for one new password. The link holds a random token, this its SHA-256.
create table user_links (
    token_hash bytea       not null primary key check (length(token_hash) = 32),
    user_id    uuid        not null references users on delete cascade,
    purpose    text        not null check (purpose in ('invitation', 'reset')),
    created_at timestamptz not null default now(),
    ends_at    timestamptz not null
);
create index user_links_user on user_links (user_id);
call guard_users_table('user_links');
grant select, insert, delete on user_links to cloudkick_service;

-- For when the second factor is lost. A used one is removed.
create table user_recovery_codes (
    user_id   uuid  not null references users on delete cascade,
    code_hash bytea not null check (length(code_hash) = 32),
    primary key (user_id, code_hash)
);
call guard_users_table('user_recovery_codes');
grant select, insert, delete on user_recovery_codes to cloudkick_service;

-- By the SHA-256 of what was given as an email address, so that one that nobody has locks just like one that somebody has.
create table sign_in_failures (
    account_hash bytea       not null primary key check (length(account_hash) = 32),
    failures     int         not null,
    failed_at    timestamptz not null,
    locked_until timestamptz
);
create index sign_in_failures_failed_at on sign_in_failures (failed_at);
grant select, insert, update, delete on sign_in_failures to cloudkick_service;

-- The key ring that cookies' and forms' tokens are encrypted with.
create table data_protection_keys (
    name       text        not null primary key check (length(name) <= 200),
    xml        text        not null,
    created_at timestamptz not null default now()
);
grant select, insert on data_protection_keys to cloudkick_service;

-- Signing in finds a person before it knows the merchant: the ways to look without one.
create function find_user_by_email(p_email text)
    returns table (user_id uuid, merchant_id uuid, email text, password_hash text, role text, language text, totp_secret bytea, disabled boolean)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select u.user_id, u.merchant_id, u.email, u.password_hash, u.role, u.language, u.totp_secret,
           u.disabled_at is not null or m.disabled_at is not null
    from users u
    left join merchants m on m.merchant_id = u.merchant_id
    where lower(u.email) = lower(p_email)
$$;

-- Nothing for a session that is over: ended, too old, idle for too long, or of somebody who may no longer sign in.
create function find_user_session(p_token_hash bytea, p_idle interval)
    returns table (session_id uuid, stage text, created_at timestamptz, seen_at timestamptz, ends_at timestamptz,
                   user_id uuid, merchant_id uuid, merchant_name text, email text, name text, role text, language text, totp_secret bytea)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select s.session_id, s.stage, s.created_at, s.seen_at, s.ends_at,
           u.user_id, u.merchant_id, m.name, u.email, u.name, u.role, u.language, u.totp_secret
    from user_sessions s
    join users u on u.user_id = s.user_id
    left join merchants m on m.merchant_id = u.merchant_id
    where s.token_hash = p_token_hash
      and s.ended_at is null and s.ends_at > now() and s.seen_at > now() - p_idle
      and u.disabled_at is null and m.disabled_at is null
$$;

create function find_user_link(p_token_hash bytea)
    returns table (purpose text, user_id uuid, merchant_id uuid, email text, role text)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select l.purpose, u.user_id, u.merchant_id, u.email, u.role
    from user_links l
    join users u on u.user_id = l.user_id
    left join merchants m on m.merchant_id = u.merchant_id
    where l.token_hash = p_token_hash and l.ends_at > now() and u.disabled_at is null and m.disabled_at is null
$$;

-- The audit log's end, per chain: without it, taking away the last rows would leave a chain that is whole.
create table audit_heads (
    merchant_id uuid   references merchants,
    chain_index bigint not null,
    hash        bytea  not null,
    unique nulls not distinct (merchant_id)
);
call guard_tenant_table('audit_heads');
grant select on audit_heads to cloudkick_service;

insert into audit_heads (merchant_id, chain_index, hash)
select distinct on (a.merchant_id) a.merchant_id, a.chain_index, a.hash
from audit_log a
order by a.merchant_id, a.chain_index desc;

-- What a row's hash must be, given the hash before it.
create function audit_hash(
    p_previous bytea, p_merchant_id uuid, p_chain_index bigint, p_actor text, p_action text, p_subject text, p_before jsonb, p_after jsonb,
    p_origin text, p_at timestamptz) returns bytea
    language sql stable parallel safe
    return sha256(p_previous || convert_to(jsonb_build_array(
        p_merchant_id, p_chain_index, p_actor, p_action, p_subject, p_before, p_after, p_origin, extract(epoch from p_at))::text, 'UTF8'));

create or replace function append_audit(
    p_merchant_id uuid, p_actor text, p_action text, p_subject text, p_before jsonb, p_after jsonb, p_origin text)
    returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    last_index bigint;
    last_hash bytea;
    moment timestamptz;
    this_hash bytea;
begin
    -- One writer at a time per chain, until commit: two rows must not follow the same one.
    perform pg_advisory_xact_lock(hashtextextended('audit', 0) # hashtextextended(coalesce(p_merchant_id::text, 'platform'), 1));
    moment := clock_timestamp();
    -- The log's own end and not only the head's: a release without heads may be appending too.
    select a.chain_index, a.hash into last_index, last_hash from audit_log a
    where a.merchant_id is not distinct from p_merchant_id
    order by a.chain_index desc limit 1;
    last_index := coalesce(last_index, 0);
    last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
    this_hash := audit_hash(last_hash, p_merchant_id, last_index + 1, p_actor, p_action, p_subject, p_before, p_after, p_origin, moment);

    insert into audit_log (merchant_id, chain_index, actor, action, subject, before, after, origin, at, previous, hash)
    values (p_merchant_id, last_index + 1, p_actor, p_action, p_subject, p_before, p_after, p_origin, moment, last_hash, this_hash);

    insert into audit_heads as h (merchant_id, chain_index, hash) values (p_merchant_id, last_index + 1, this_hash)
    on conflict (merchant_id) do update set chain_index = excluded.chain_index, hash = excluded.hash
    -- A head whose row is gone stays, so that the loss is not forgotten with the next row.
    where exists (
        select from audit_log a
        where a.merchant_id is not distinct from h.merchant_id and a.chain_index = h.chain_index and a.hash = h.hash);
end
$$;

-- Every place where a chain is broken, in the order of the chain; nothing when it is whole.
create function verify_audit(p_merchant_id uuid)
    returns table (chain_index bigint, fault text)
    language sql stable
as $$
    with links as (
        select a.*, lag(a.chain_index) over chain as before_index, lag(a.hash) over chain as before_hash
        from audit_log a
        where a.merchant_id is not distinct from p_merchant_id
        window chain as (order by a.chain_index)
    ),
    judged as (
        select l.chain_index,
               case
                   when l.chain_index <> coalesce(l.before_index, 0) + 1 then 'missing-before'
                   when l.previous <> coalesce(l.before_hash, decode(repeat('00', 32), 'hex')) then 'not-following'
                   when l.hash <> audit_hash(l.previous, l.merchant_id, l.chain_index, l.actor, l.action, l.subject, l.before, l.after, l.origin, l.at)
                       then 'changed'
               end as fault
        from links l
    )
    select j.chain_index, j.fault from judged j where j.fault is not null
    union all
    -- A release without heads may have appended since: only a log that lacks its head's row lacks something.
    select h.chain_index, 'missing-at-end'
    from audit_heads h
    where h.merchant_id is not distinct from p_merchant_id
      and not exists (
          select from audit_log a
          where a.merchant_id is not distinct from p_merchant_id and a.chain_index = h.chain_index and a.hash = h.hash)
    order by 1
$$;

create index audit_log_subject on audit_log (merchant_id, subject, chain_index);
create index audit_log_actor on audit_log (merchant_id, actor, chain_index);

revoke execute on all functions in schema public from public;
revoke execute on all procedures in schema public from public;
grant execute on function
    find_user_by_email(text), find_user_session(bytea, interval), find_user_link(bytea),
    audit_hash(bytea, uuid, bigint, text, text, text, jsonb, jsonb, text, timestamptz), verify_audit(uuid)
    to cloudkick_service;
