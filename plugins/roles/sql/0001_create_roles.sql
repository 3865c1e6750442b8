-- Roles of a tenant: which tickets they reach (1 all, 2 of own departments, 3 only assigned ones).
CREATE TABLE IF NOT EXISTS p_roles_role (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name VARCHAR(100) NOT NULL,
  reach TINYINT NOT NULL,
  is_read_only TINYINT NOT NULL DEFAULT 0,
  is_for_new TINYINT NOT NULL DEFAULT 0 COMMENT 'new people get it',
  version BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY p_roles_role_name (tenant_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS p_roles_permission (
  tenant_id BIGINT NOT NULL,
  role_id BIGINT NOT NULL,
  name VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (tenant_id, role_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Everybody whom the plugin has seen; role_id 0: what the built-in role gives.
CREATE TABLE IF NOT EXISTS p_roles_person (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  role_id BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Another role in one department.
CREATE TABLE IF NOT EXISTS p_roles_place (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  role_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id, department_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
