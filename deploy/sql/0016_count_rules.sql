-- Counts the changes of a tenant's rules, so that a process may keep what it has read of them until the next one.
ALTER TABLE roster ADD COLUMN IF NOT EXISTS rule_revision BIGINT NOT NULL DEFAULT 0
  COMMENT 'of the rules';
