-- The platform's search of merchants: a part that may stand anywhere in a name is found by reading every name. How a text begins is found by
-- an index (see 22), so each merchant has a text from each word of its name on.

-- A merchant's name from each of its words on, and its id; in small letters.
create table merchant_words (
    merchant_id uuid not null references merchants on delete cascade,
    text        text not null,
    primary key (merchant_id, text)
);
create index merchant_words_text on merchant_words (text text_pattern_ops);
call guard_tenant_table('merchant_words');
grant select on merchant_words to cloudkick_service;

-- The name itself, and what follows its spaces and punctuation marks.
create function words_of_name(name text) returns setof text
    language sql immutable parallel safe
as $$
    select lower(substr(name, i))
    from generate_series(1, length(name)) i
    where i = 1 or (substr(name, i - 1, 1) ~ '[[:space:][:punct:]]' and substr(name, i, 1) !~ '[[:space:][:punct:]]')
$$;

create function follow_merchant() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    delete from merchant_words w where w.merchant_id = new.merchant_id;
    insert into merchant_words (merchant_id, text)
    select new.merchant_id, w.text from words_of_name(new.name) w (text)
    union
    select new.merchant_id, new.merchant_id::text;
    return null;
end
$$;
create trigger follow_merchant_insert after insert on merchants for each row execute function follow_merchant();
create trigger follow_merchant_update after update on merchants for each row
    when (old.name is distinct from new.name) execute function follow_merchant();

insert into merchant_words (merchant_id, text)
select m.merchant_id, w.text from merchants m cross join words_of_name(m.name) w (text)
union
select m.merchant_id, m.merchant_id::text from merchants m;

revoke execute on all functions in schema public from public;
