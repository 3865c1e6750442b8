CREATE TABLE IF NOT EXISTS p_probe_note (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind VARCHAR(31) NOT NULL,
  text VARCHAR(255) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY p_probe_note_kind (tenant_id, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
