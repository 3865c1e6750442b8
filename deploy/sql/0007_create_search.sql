-- Full-text search: for each term of a tenant, which of 1024 neighbouring tickets (by number) have it.
-- term: a word as it is compared, or a marker below 0x20 and a word. tickets: up to 63 offsets of two
-- bytes, or a bitmap of 128 bytes.
CREATE TABLE IF NOT EXISTS search_block (
  tenant_id BIGINT NOT NULL,
  term VARBINARY(65) NOT NULL,
  block INT NOT NULL,
  tickets VARBINARY(128) NOT NULL,
  PRIMARY KEY (tenant_id, term, block)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Terms of messages that are not yet part of the blocks, a line each.
CREATE TABLE IF NOT EXISTS search_waiting (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL COMMENT 'of the message',
  ticket_number BIGINT NOT NULL,
  terms MEDIUMBLOB NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT search_waiting_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who changes a tenant's blocks holds its row here.
CREATE TABLE IF NOT EXISTS search_state (
  tenant_id BIGINT NOT NULL,
  indexed_from BIGINT NOT NULL DEFAULT 1 COMMENT 'tickets with smaller numbers are not indexed yet',
  PRIMARY KEY (tenant_id),
  CONSTRAINT search_state_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What is there already is indexed by a job, newest tickets first.
INSERT IGNORE INTO search_state (tenant_id, indexed_from)
  SELECT tenant_id, last + 1 FROM ticket_sequence WHERE last > 0;
INSERT IGNORE INTO job (tenant_id, id, kind, object_id, due_at)
  SELECT tenant_id, 1, 'search.index', 0, 0 FROM search_state WHERE indexed_from > 1;
