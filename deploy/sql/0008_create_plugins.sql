-- Which plugins a tenant has switched on, how it has set them, what they had to say.
CREATE TABLE IF NOT EXISTS plugin_tenant (
  tenant_id BIGINT NOT NULL,
  plugin VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state TINYINT NOT NULL COMMENT '1 on, 2 off, 3 parked: it failed too often',
  version VARCHAR(31) CHARACTER SET ascii NOT NULL DEFAULT '' COMMENT 'that was switched on',
  changed_at BIGINT NOT NULL,
  reason VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'why it is parked',
  PRIMARY KEY (tenant_id, plugin),
  CONSTRAINT plugin_tenant_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS plugin_setting (
  tenant_id BIGINT NOT NULL,
  plugin VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value TEXT NULL,
  sealed VARBINARY(4096) NULL COMMENT 'a secret, under the tenant''s key',
  PRIMARY KEY (tenant_id, plugin, name),
  CONSTRAINT plugin_setting_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS plugin_log (
  tenant_id BIGINT NOT NULL,
  plugin VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  event VARCHAR(63) NOT NULL,
  detail VARCHAR(1000) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, plugin, id),
  CONSTRAINT plugin_log_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The migrations of plugins' own tables, as schema_migration is for ours.
CREATE TABLE IF NOT EXISTS plugin_migration (
  plugin VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  number INT NOT NULL,
  name VARCHAR(120) CHARACTER SET ascii NOT NULL,
  done INT NOT NULL COMMENT 'statements that have run',
  checksum BINARY(32) NOT NULL COMMENT 'of those',
  applied_at BIGINT NULL COMMENT 'NULL: not yet whole',
  PRIMARY KEY (plugin, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE roster ADD COLUMN IF NOT EXISTS plugin_revision BIGINT NOT NULL DEFAULT 0
  COMMENT 'grows with every change of what is switched on and how it is set';
-- NULL: every plugin that is installed; else their ids, with commas between them.
ALTER TABLE tenant ADD COLUMN IF NOT EXISTS plugins_offered TEXT NULL;
