-- The directory: which tenants there are and by which host names they are reached.
-- Instants are milliseconds since 1970 (UTC) in every table.
CREATE TABLE IF NOT EXISTS tenant (
  id BIGINT NOT NULL,
  name VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title VARCHAR(190) NOT NULL,
  status TINYINT NOT NULL COMMENT '1 active, 2 suspended, 3 being deleted',
  locale VARCHAR(15) CHARACTER SET ascii NOT NULL,
  timezone VARCHAR(63) CHARACTER SET ascii NOT NULL,
  sealed_key VARBINARY(120) NOT NULL COMMENT 'wrapped by the provider''s master key',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY tenant_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS tenant_domain (
  host VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tenant_id BIGINT NOT NULL,
  is_primary TINYINT NOT NULL DEFAULT 0,
  PRIMARY KEY (host),
  KEY tenant_domain_tenant (tenant_id, is_primary),
  CONSTRAINT tenant_domain_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
