-- When somebody was here last, to the hour.
ALTER TABLE user ADD COLUMN IF NOT EXISTS seen_at BIGINT NULL AFTER version;
