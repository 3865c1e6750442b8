-- People of a tenant, their departments, sessions and one-time tokens.
CREATE TABLE IF NOT EXISTS user (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  email VARCHAR(254) COLLATE utf8mb4_bin NOT NULL COMMENT 'lowered',
  name VARCHAR(190) NOT NULL,
  role TINYINT NOT NULL COMMENT '1 agent, 2 admin, 3 owner',
  status TINYINT NOT NULL COMMENT '1 active, 2 invited, 3 deactivated, 4 deleted',
  gender CHAR(1) CHARACTER SET ascii NOT NULL DEFAULT '' COMMENT 'f, m or nothing',
  password_hash VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  locale VARCHAR(15) CHARACTER SET ascii NULL,
  timezone VARCHAR(63) CHARACTER SET ascii NULL,
  theme VARCHAR(5) CHARACTER SET ascii NOT NULL DEFAULT 'auto',
  signature TEXT NOT NULL DEFAULT '',
  version INT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY user_email (tenant_id, email),
  CONSTRAINT user_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS department (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name VARCHAR(190) NOT NULL,
  signature TEXT NOT NULL DEFAULT '',
  is_default TINYINT NOT NULL DEFAULT 0,
  reopen_days INT NOT NULL DEFAULT -1 COMMENT '-1 always, 0 never, n days',
  claim_on_reply TINYINT NOT NULL DEFAULT 1,
  reply_takes_over TINYINT NOT NULL DEFAULT 0,
  version INT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY department_name (tenant_id, name),
  CONSTRAINT department_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS department_address (
  tenant_id BIGINT NOT NULL,
  address VARCHAR(254) COLLATE utf8mb4_bin NOT NULL COMMENT 'lowered, without plus part',
  department_id BIGINT NOT NULL,
  is_primary TINYINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, address),
  KEY department_address_department (tenant_id, department_id, is_primary),
  CONSTRAINT department_address_department FOREIGN KEY (tenant_id, department_id)
    REFERENCES department (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS department_member (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  takes_tickets TINYINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, user_id, department_id),
  KEY department_member_department (tenant_id, department_id, user_id),
  CONSTRAINT department_member_user FOREIGN KEY (tenant_id, user_id)
    REFERENCES user (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT department_member_department FOREIGN KEY (tenant_id, department_id)
    REFERENCES department (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS session (
  tenant_id BIGINT NOT NULL,
  token_hash BINARY(32) NOT NULL,
  user_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  remote VARCHAR(45) CHARACTER SET ascii NOT NULL,
  user_agent VARCHAR(190) NOT NULL,
  PRIMARY KEY (tenant_id, token_hash),
  KEY session_user (tenant_id, user_id),
  KEY session_expiry (expires_at),
  CONSTRAINT session_user FOREIGN KEY (tenant_id, user_id) REFERENCES user (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS access_link (
  tenant_id BIGINT NOT NULL,
  token_hash BINARY(32) NOT NULL,
  user_id BIGINT NOT NULL,
  purpose TINYINT NOT NULL COMMENT '1 invitation, 2 password reset',
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, token_hash),
  KEY access_link_user (tenant_id, user_id, purpose),
  KEY access_link_expiry (expires_at),
  CONSTRAINT access_link_user FOREIGN KEY (tenant_id, user_id) REFERENCES user (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS post_token (
  tenant_id BIGINT NOT NULL,
  token BINARY(16) NOT NULL,
  used_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, token),
  KEY post_token_age (used_at),
  CONSTRAINT post_token_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS throttle (
  tenant_id BIGINT NOT NULL,
  bucket BINARY(16) NOT NULL COMMENT 'keyed hash of what is counted: account, address, sender',
  hits INT NOT NULL,
  resets_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, bucket),
  KEY throttle_age (resets_at),
  CONSTRAINT throttle_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS audit (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  user_id BIGINT NULL COMMENT 'who; NULL: the provider or the system',
  action VARCHAR(63) CHARACTER SET ascii NOT NULL,
  object_id BIGINT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT audit_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
