-- A merchant's transfers that are still open, whichever side it is on: few, and shown before all others.
create index terminal_transfers_open_from on terminal_transfers (from_merchant, proposed_at desc) where ended_at is null;
create index terminal_transfers_open_to on terminal_transfers (to_merchant, proposed_at desc) where ended_at is null;
