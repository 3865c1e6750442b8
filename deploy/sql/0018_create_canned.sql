-- Texts that agents reuse.
CREATE TABLE IF NOT EXISTS canned (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name VARCHAR(190) NOT NULL,
  keywords VARCHAR(255) NOT NULL DEFAULT '',
  body TEXT NOT NULL,
  department_id BIGINT NULL COMMENT 'for its tickets',
  user_id BIGINT NULL COMMENT 'for this person; neither: for everybody',
  version INT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY canned_name (tenant_id, name),
  CONSTRAINT canned_department FOREIGN KEY (tenant_id, department_id) REFERENCES department (tenant_id, id),
  CONSTRAINT canned_user FOREIGN KEY (tenant_id, user_id) REFERENCES user (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
