-- Those of the kicks that were counted before the release that keeps them. By itself, after the columns were added: it reads all kicks, and nobody
-- need wait for the table meanwhile.

-- A count that began with the function as it was before has ended then.
select pg_advisory_xact_lock(hashtextextended('roll up kicks', 0));

update terminal_states s
set last_request_at = greatest(s.last_request_at, k.request_at), last_session_at = greatest(s.last_session_at, k.session_at)
from (select k.terminal_id, k.merchant_id, max(k.accepted_at) as request_at, max(k.connected_at) filter (where k.attempt > 0) as session_at
      from kicks k
      where k.kick_id <= (select r.upto from kick_rollup r)
      group by k.terminal_id, k.merchant_id) k
where s.terminal_id = k.terminal_id and s.merchant_id = k.merchant_id;
