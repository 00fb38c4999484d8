-- How many terminals there are of each kind, over all merchants: the platform's overview asks for it, and counting reads every terminal.

-- The numbers are the sums over all rows. Whatever changes a number adds a row with the difference, and locks none: terminals come and go by the
-- thousand, in many transactions at once. roll_up_terminal_counts makes one row of them all, once a second.
create table terminal_counts (
    terminals       bigint not null,
    online          bigint not null,
    offline         bigint not null,
    never_seen      bigint not null,
    failing         bigint not null,
    old_firmware    bigint not null,
    cloud_connect_1 bigint not null
);

create function count_terminal() returns trigger
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    insert into terminal_counts (terminals, online, offline, never_seen, failing, old_firmware, cloud_connect_1)
    select sum(s.sign), sum(s.sign * (s.presence = 'online')::int), sum(s.sign * (s.presence = 'offline')::int),
           sum(s.sign * (s.presence = 'never-seen')::int), sum(s.sign * (s.failures_in_row >= 3)::int), sum(s.sign * s.old_firmware::int),
           sum(s.sign * s.cloud_connect_1::int)
    from (values (1, new.presence, new.failures_in_row, new.old_firmware, new.cloud_connect_1),
                 (-1, old.presence, old.failures_in_row, old.old_firmware, old.cloud_connect_1))
        s (sign, presence, failures_in_row, old_firmware, cloud_connect_1)
    -- What is inserted was nothing before, and what is deleted is nothing after.
    where s.presence is not null;
    return null;
end
$$;
create trigger count_insert_or_delete after insert or delete on terminal_states for each row execute function count_terminal();
create trigger count_update after update on terminal_states for each row
    when (old.presence <> new.presence or (old.failures_in_row >= 3) <> (new.failures_in_row >= 3)
          or old.old_firmware <> new.old_firmware or old.cloud_connect_1 <> new.cloud_connect_1)
    execute function count_terminal();

-- Nobody changes a terminal meanwhile: the triggers have the table's lock.
insert into terminal_counts (terminals, online, offline, never_seen, failing, old_firmware, cloud_connect_1)
select count(*), count(*) filter (where s.presence = 'online'), count(*) filter (where s.presence = 'offline'),
       count(*) filter (where s.presence = 'never-seen'), count(*) filter (where s.failures_in_row >= 3), count(*) filter (where s.old_firmware),
       count(*) filter (where s.cloud_connect_1)
from terminal_states s;

-- Makes one row of all there are, and returns how many they were. One node does it at a time; the others find nothing to do.
create function roll_up_terminal_counts() returns bigint
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    found_rows bigint;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('roll up terminal counts', 0)) then
        return 0;
    end if;
    select count(*) into found_rows from terminal_counts;
    if found_rows > 1 then
        with taken as (
            delete from terminal_counts c returning c.*
        )
        insert into terminal_counts (terminals, online, offline, never_seen, failing, old_firmware, cloud_connect_1)
        select sum(t.terminals), sum(t.online), sum(t.offline), sum(t.never_seen), sum(t.failing), sum(t.old_firmware), sum(t.cloud_connect_1)
        from taken t;
    end if;
    return found_rows;
end
$$;

-- The platform alone is told.
create function count_all_terminals()
    returns table (terminals bigint, online bigint, offline bigint, never_seen bigint, failing bigint, old_firmware bigint, cloud_connect_1 bigint)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select sum(c.terminals)::bigint, sum(c.online)::bigint, sum(c.offline)::bigint, sum(c.never_seen)::bigint, sum(c.failing)::bigint,
           sum(c.old_firmware)::bigint, sum(c.cloud_connect_1)::bigint
    from terminal_counts c
    where (select is_platform())
    having (select is_platform())
$$;

revoke execute on all functions in schema public from public;
grant execute on function roll_up_terminal_counts(), count_all_terminals() to cloudkick_service;
