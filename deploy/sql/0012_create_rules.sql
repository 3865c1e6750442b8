-- What a tenant's admins told deskd to do by itself, and what it did.
CREATE TABLE IF NOT EXISTS rule (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  position INT NOT NULL COMMENT 'the order in which rules are asked',
  is_active TINYINT NOT NULL DEFAULT 0,
  stops TINYINT NOT NULL DEFAULT 0 COMMENT 'rules behind it are not asked where it applied',
  name VARCHAR(190) NOT NULL,
  notes TEXT NOT NULL DEFAULT '',
  waits_for VARCHAR(31) CHARACTER SET ascii NOT NULL COMMENT 'the event: ticket.created, ...',
  definition MEDIUMTEXT NOT NULL COMMENT 'groups of conditions and actions, as JSON',
  version INT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY rule_order (tenant_id, is_active, position),
  CONSTRAINT rule_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- One row for each event of a ticket that rules were asked about.
CREATE TABLE IF NOT EXISTS rule_run (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  happened VARCHAR(31) CHARACTER SET ascii NOT NULL,
  applied INT NOT NULL COMMENT 'how many rules did',
  detail MEDIUMTEXT NOT NULL COMMENT 'each rule: what decided, what it did; JSON',
  PRIMARY KEY (tenant_id, ticket_id, id),
  CONSTRAINT rule_run_ticket FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
