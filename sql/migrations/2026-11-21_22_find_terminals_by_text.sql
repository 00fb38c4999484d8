-- Row level security is asked before anything that may tell what it read, and LIKE and lower() may: a search by them reads every terminal.
-- Comparisons may not, so a search for how a text begins is one between two texts, and labels are kept in small letters besides.
alter table terminals add column label_lower text generated always as (lower(label)) stored;
drop index terminals_label_prefix;
drop index terminals_merchant_label_prefix;
create index terminals_label_lower on terminals (label_lower text_pattern_ops);
create index terminals_merchant_label_lower on terminals (merchant_id, label_lower text_pattern_ops);

-- The few terminals with a topic of their own, which every node asks for each minute.
create index terminals_own_topic on terminals (terminal_id) where topic_template is not null or subscription_topic is not null;
