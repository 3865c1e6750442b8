-- A ticket that was merged into another stays as it is and is shown on the other's page: messages keep the
-- ticket that they were written to, so that nothing has to be moved to take it out again.
ALTER TABLE ticket
  ADD COLUMN IF NOT EXISTS merged_into_id BIGINT NULL COMMENT 'the ticket on whose page it is shown' AFTER follows_id,
  ADD COLUMN IF NOT EXISTS merged_n INT NOT NULL DEFAULT 0 COMMENT 'how many are shown on its page' AFTER merged_into_id,
  ADD COLUMN IF NOT EXISTS has_lost_words TINYINT NOT NULL DEFAULT 0
    COMMENT 'messages have left it, which the search index does not know' AFTER merged_n;

-- root_id is the same as the ticket's merged_into_id; parent_id is what people merged it into, which may
-- have been merged itself since.
CREATE TABLE IF NOT EXISTS ticket_merge (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  root_id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  follower_id BIGINT NULL COMMENT 'its agent, who follows the parent because of this',
  merged_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id),
  KEY ticket_merge_root (tenant_id, root_id),
  CONSTRAINT ticket_merge_ticket FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What a ticket would be like without those that were merged into it.
CREATE TABLE IF NOT EXISTS ticket_alone (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  status CHAR(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  previous_status CHAR(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  waiting_since BIGINT NULL,
  answered_at BIGINT NULL,
  resolved_at BIGINT NULL,
  wake_at BIGINT NULL,
  PRIMARY KEY (tenant_id, ticket_id),
  CONSTRAINT ticket_alone_ticket FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A message that becomes part of another ticket takes its files along.
ALTER TABLE attachment ADD CONSTRAINT attachment_of_message FOREIGN KEY IF NOT EXISTS (tenant_id, ticket_id, message_id)
  REFERENCES message (tenant_id, ticket_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE attachment DROP FOREIGN KEY IF EXISTS attachment_message;
