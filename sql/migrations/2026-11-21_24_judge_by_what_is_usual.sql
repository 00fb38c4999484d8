-- What fails is judged by what is usual for it, not by its failures alone.

-- How often a terminal's kicks failed before the failures in a row that it has now; of no meaning while it has none. The failures
-- themselves count in usual_failure: after a week of them they would be what is usual.
alter table terminal_states add column usual_before real not null default 0;

-- Failures in a row begin: what was usual until then is remembered.
create function remember_usual_failure() returns trigger
    language plpgsql
as $$
begin
    new.usual_before := old.usual_failure;
    return new;
end
$$;
create trigger remember_usual_failure before update on terminal_states for each row
    when (new.failing_since is not null and new.failing_since is distinct from old.failing_since) execute function remember_usual_failure();

-- Those that fail already: each failure moved usual_failure by a twentieth towards one, which is taken back. After very many nothing of
-- what was before is left in it.
update terminal_states s
set usual_before = greatest(0, least(1, 1 - (1 - s.usual_failure) / 0.95 ^ s.failures_in_row))
where s.failures_in_row between 1 and 60;

-- How unlikely so many failures in a row are for it, in powers of ten: 3 is once in a thousand times. One that hardly ever failed may have
-- done so in one kick of fifty.
alter table terminal_states add column surprise double precision not null
    generated always as (case when failures_in_row >= 3 then failures_in_row * -log(least(greatest(usual_before::double precision, 0.02), 1)) else 0 end) stored;

-- The worst first.
create index terminal_states_unusual on terminal_states (surprise desc, terminal_id desc) where surprise >= 3;

-- Transfers are listed over all merchants, and by terminal.
create index terminal_transfers_proposed on terminal_transfers (proposed_at desc, transfer_id desc);
create index terminal_transfers_terminal on terminal_transfers (terminal_id, proposed_at desc);

revoke execute on all functions in schema public from public;
