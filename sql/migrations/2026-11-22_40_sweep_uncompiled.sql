-- Plans that must use an index are given a cost at which PostgreSQL compiles them to machine code, which takes longer than any of these runs. What is
-- asked of it twice a second by every node is not compiled.
alter function claim_due_kicks(text, interval, int) set jit = off;
alter function expire_open_kicks(text[], text) set jit = off;
