-- Counts the changes of who works where, so that a process may keep what it has read until the next one.
CREATE TABLE IF NOT EXISTS roster (
  tenant_id BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (tenant_id),
  CONSTRAINT roster_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
