-- A key is replaced once: which one took its place, so that a second attempt is told of the first. Checked at the end of the transaction, which
-- marks the old key before it makes the new one.
alter table api_keys add column replaced_by text references api_keys deferrable initially deferred;
