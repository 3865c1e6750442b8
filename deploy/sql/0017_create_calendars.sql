-- Open hours, and what they were: a clock keeps the version that it was reckoned with.
CREATE TABLE IF NOT EXISTS calendar (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name VARCHAR(190) NOT NULL,
  is_default TINYINT NOT NULL DEFAULT 0,
  version INT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY calendar_name (tenant_id, name),
  CONSTRAINT calendar_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS calendar_version (
  tenant_id BIGINT NOT NULL,
  calendar_id BIGINT NOT NULL,
  version INT NOT NULL,
  zone VARCHAR(63) CHARACTER SET ascii NOT NULL,
  definition MEDIUMTEXT NOT NULL COMMENT 'week and exceptions, as JSON',
  user_id BIGINT NULL COMMENT 'who; NULL: the provider',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, calendar_id, version),
  CONSTRAINT calendar_version_calendar FOREIGN KEY (tenant_id, calendar_id)
    REFERENCES calendar (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
