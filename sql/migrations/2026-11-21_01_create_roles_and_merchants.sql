-- The role the relay works as. It owns nothing and bypasses nothing: row level security binds it.
-- A login gets it by `grant cloudkick_service to <login>`.
do $$
begin
    create role cloudkick_service nologin;
exception
    -- Roles belong to the whole cluster: another database's migration may have made it, perhaps this very moment.
    when duplicate_object or unique_violation then null;
end
$$;

grant usage on schema public to cloudkick_service;

-- Who the current transaction works for, set by `set_config('app.merchant_id', …, true)`.
create function current_merchant() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('app.merchant_id', true), '')::uuid;

-- True while a platform operator's request runs, set by `set_config('app.platform', 'on', true)`.
create function is_platform() returns boolean
    language sql stable parallel safe
    return coalesce(current_setting('app.platform', true), '') = 'on';

-- Every tenant table is guarded alike: a merchant sees its own rows, a platform operator all of them, and the
-- owner's security definer functions (the narrow ways around a single tenant) pass although security is forced.
create procedure guard_tenant_table(table_name regclass)
    language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', table_name);
    execute format('alter table %s force row level security', table_name);
    execute format('create policy tenant on %s to cloudkick_service using (merchant_id = current_merchant())', table_name);
    execute format('create policy platform on %s to cloudkick_service using (is_platform())', table_name);
    execute format('create policy owner_functions on %s to current_user using (true)', table_name);
end
$$;

create table merchants (
    merchant_id uuid        not null default gen_random_uuid() primary key,
    name        text        not null check (length(name) between 1 and 200),
    created_at  timestamptz not null default now(),
    disabled_at timestamptz
);
call guard_tenant_table('merchants');
grant select, insert, update on merchants to cloudkick_service;

create table users (
    user_id       uuid        not null default gen_random_uuid() primary key,
    merchant_id   uuid        references merchants,
    email         text        not null check (length(email) between 3 and 254),
    password_hash text,
    role          text        not null check (role in ('admin', 'operator', 'viewer', 'platform-operator', 'platform-support')),
    created_at    timestamptz not null default now(),
    disabled_at   timestamptz,
    -- A platform role has no merchant, a merchant's role has one.
    check ((merchant_id is null) = (role like 'platform-%'))
);
create unique index users_email on users (lower(email));
create index users_merchant on users (merchant_id);
call guard_tenant_table('users');
grant select, insert, update on users to cloudkick_service;

create table api_keys (
    key_id       text        not null primary key check (key_id ~ '^[A-Za-z0-9]{8,32}$'),
    merchant_id  uuid        references merchants,
    environment  text        not null check (environment ~ '^[a-z0-9]{1,16}$'),
    secret_hash  bytea       not null check (length(secret_hash) = 32),
    label        text        not null default '' check (length(label) <= 200),
    scopes       text[]      not null check (
        cardinality(scopes) > 0 and
        scopes <@ array['kicks:write', 'kicks:read', 'terminals:read', 'whitelist:read', 'whitelist:write', 'platform:admin']),
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    -- Without a merchant a key is a platform operator's, and only such a key may hold the platform's scope.
    check ((merchant_id is null) = ('platform:admin' = any (scopes)))
);
create index api_keys_merchant on api_keys (merchant_id);
call guard_tenant_table('api_keys');
grant select, insert, update on api_keys to cloudkick_service;

-- Authentication finds a key before it knows the merchant: the one way to look without one.
create function find_api_key(wanted_key_id text)
    returns table (key_id text, merchant_id uuid, environment text, secret_hash bytea, scopes text[], expires_at timestamptz, revoked_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select k.key_id, k.merchant_id, k.environment, k.secret_hash, k.scopes, k.expires_at,
           coalesce(k.revoked_at, m.disabled_at)
    from api_keys k
    left join merchants m on m.merchant_id = k.merchant_id
    where k.key_id = wanted_key_id
$$;

-- Nodes drop what they remember of a key the moment it changes; their memory's short life is the fallback.
create function announce_api_key_change() returns trigger
    language plpgsql
as $$
begin
    perform pg_notify('api_key_changed', new.key_id);
    return null;
end
$$;
create trigger announce_change
    after update of revoked_at, scopes, expires_at on api_keys
    for each row execute function announce_api_key_change();

-- Last use, gathered by a node and written now and then.
create function record_api_key_use(used_key_ids text[], used_at timestamptz[]) returns void
    language sql security definer set search_path = public, pg_temp
as $$
    update api_keys k
    set last_used_at = u.used_at
    from unnest(used_key_ids, used_at) as u (key_id, used_at)
    where k.key_id = u.key_id and (k.last_used_at is null or k.last_used_at < u.used_at)
$$;

revoke execute on all functions in schema public from public;
revoke execute on all procedures in schema public from public;
grant execute on function current_merchant(), is_platform(), find_api_key(text), record_api_key_use(text[], timestamptz[])
    to cloudkick_service;
