-- What came in, what goes out, what is to be done later.
CREATE TABLE IF NOT EXISTS mail_in (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  dedupe BINARY(16) NULL COMMENT 'keyed hash of recipient and Message-ID, or of the whole mail; NULL on duplicates',
  received_at BIGINT NOT NULL,
  envelope_from VARCHAR(254) NOT NULL DEFAULT '',
  envelope_to VARCHAR(254) NOT NULL,
  header_from VARCHAR(254) NOT NULL DEFAULT '',
  subject VARCHAR(255) NOT NULL DEFAULT '',
  mail_id VARCHAR(998) CHARACTER SET ascii COLLATE ascii_bin NULL,
  size BIGINT NOT NULL,
  outcome TINYINT NOT NULL COMMENT '1 ticket, 2 reply, 3 duplicate, 4 bounce, 5 automatic, 6 loop, 7 parked, 8 refused',
  reason VARCHAR(255) NOT NULL DEFAULT '',
  ticket_id BIGINT NULL,
  ticket_number BIGINT NULL,
  raw_file VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'below the tenant''s folder',
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY mail_in_dedupe (tenant_id, dedupe),
  KEY mail_in_outcome (tenant_id, outcome, id),
  CONSTRAINT mail_in_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS outbox (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TINYINT NOT NULL COMMENT '1 answer, 2 receipt, 3 invitation, 4 reset, 5 notice, 6 released',
  state TINYINT NOT NULL COMMENT '1 queued, 2 sending, 3 sent, 4 deferred, 5 failed',
  ticket_id BIGINT NULL,
  message_id BIGINT NULL,
  user_id BIGINT NULL COMMENT 'the author, who is told of a failure',
  sender VARCHAR(254) NOT NULL COMMENT 'envelope from',
  recipient VARCHAR(254) NOT NULL COMMENT 'envelope to: one row, one recipient',
  destination VARCHAR(253) NOT NULL COMMENT 'domain of the recipient: back-off is per destination',
  payload MEDIUMTEXT NOT NULL COMMENT 'JSON: what the mail is made of',
  attempts INT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  lease_until BIGINT NOT NULL DEFAULT 0,
  reply_text VARCHAR(500) NOT NULL DEFAULT '' COMMENT 'what the server said last',
  created_at BIGINT NOT NULL,
  done_at BIGINT NULL,
  due_at BIGINT AS (CASE WHEN state IN (1, 2, 4) THEN GREATEST(next_at, lease_until) END) PERSISTENT
    COMMENT 'when a worker may take it; NULL: it is done',
  PRIMARY KEY (tenant_id, id),
  KEY outbox_due (due_at),
  KEY outbox_sending (state, lease_until, tenant_id, destination),
  KEY outbox_message (tenant_id, ticket_id, message_id),
  CONSTRAINT outbox_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS job (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind VARCHAR(31) CHARACTER SET ascii NOT NULL,
  object_id BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  lease_until BIGINT NOT NULL DEFAULT 0,
  attempts INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY job_object (tenant_id, kind, object_id),
  KEY job_due (due_at, lease_until),
  CONSTRAINT job_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
