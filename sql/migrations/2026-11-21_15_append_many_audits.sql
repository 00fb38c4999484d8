-- Many changes of one kind at once, as append_audit would write them one after the other. One lock and one new head for all: a head that
-- is written ten thousand times in one transaction has ten thousand versions to step over.
create function append_audits(
    p_merchant_id uuid, p_actor text, p_origin text, p_actions text[], p_subjects text[], p_before jsonb[], p_after jsonb[])
    returns void
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    last_index bigint;
    last_hash bytea;
    this_hash bytea;
    moment timestamptz;
begin
    if coalesce(cardinality(p_actions), 0) = 0 then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('audit', 0) # hashtextextended(coalesce(p_merchant_id::text, 'platform'), 1));
    select a.chain_index, a.hash into last_index, last_hash from audit_log a
    where a.merchant_id is not distinct from p_merchant_id
    order by a.chain_index desc limit 1;
    last_index := coalesce(last_index, 0);
    last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));

    for i in 1 .. cardinality(p_actions) loop
        moment := clock_timestamp();
        this_hash := audit_hash(
            last_hash, p_merchant_id, last_index + 1, p_actor, p_actions[i], p_subjects[i], p_before[i], p_after[i], p_origin, moment);
        insert into audit_log (merchant_id, chain_index, actor, action, subject, before, after, origin, at, previous, hash)
        values (p_merchant_id, last_index + 1, p_actor, p_actions[i], p_subjects[i], p_before[i], p_after[i], p_origin, moment, last_hash, this_hash);
        last_index := last_index + 1;
        last_hash := this_hash;
    end loop;

    insert into audit_heads as h (merchant_id, chain_index, hash) values (p_merchant_id, last_index, last_hash)
    on conflict (merchant_id) do update set chain_index = excluded.chain_index, hash = excluded.hash
    -- A head whose row is gone stays, so that the loss is not forgotten with the next row.
    where exists (
        select from audit_log a
        where a.merchant_id is not distinct from h.merchant_id and a.chain_index = h.chain_index and a.hash = h.hash);
end
$$;

revoke execute on all functions in schema public from public;
grant execute on function append_audits(uuid, text, text, text[], text[], jsonb[], jsonb[]) to cloudkick_service;
