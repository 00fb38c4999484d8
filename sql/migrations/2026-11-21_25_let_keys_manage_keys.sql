-- A merchant's own system may read and manage the merchant's API keys, and read its audit log: three more scopes for merchants' keys.
alter table api_keys drop constraint api_keys_scopes_check;
alter table api_keys add constraint api_keys_scopes_check check (
    cardinality(scopes) > 0 and
    scopes <@ array['kicks:write', 'kicks:read', 'terminals:read', 'whitelist:read', 'whitelist:write', 'keys:read', 'keys:write', 'audit:read',
                    'platform:admin']);
