-- What people are told of: what they chose, what has happened to tickets, what each of them was told.
CREATE TABLE IF NOT EXISTS notice_choice (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  channel VARCHAR(63) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'app, mail, or one of a plugin''s',
  events INT NOT NULL COMMENT 'a bit each',
  PRIMARY KEY (tenant_id, user_id, channel),
  CONSTRAINT notice_choice_user FOREIGN KEY (tenant_id, user_id) REFERENCES user (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row for each change that somebody may want to know of, until a job has told them.
CREATE TABLE IF NOT EXISTS notice_event (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  events INT NOT NULL COMMENT 'a bit each',
  agent_id BIGINT NULL COMMENT 'whose ticket it was then',
  user_id BIGINT NULL COMMENT 'who did it, and is not told',
  PRIMARY KEY (tenant_id, ticket_id, id),
  CONSTRAINT notice_event_ticket FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS notice (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  what TINYINT NOT NULL COMMENT '1 assigned, 2 reply, 3 reopened, 4 reopened in the department, 5 new, 6 a text',
  ticket_id BIGINT NULL,
  body VARCHAR(500) NOT NULL DEFAULT '',
  path VARCHAR(300) NOT NULL DEFAULT '',
  is_shown TINYINT NOT NULL COMMENT 'in the app',
  is_read TINYINT NOT NULL DEFAULT 0,
  mail TINYINT NOT NULL DEFAULT 0 COMMENT '1: waits to be mailed',
  PRIMARY KEY (tenant_id, user_id, id),
  KEY notice_ticket (tenant_id, user_id, ticket_id),
  KEY notice_unread (tenant_id, user_id, is_shown, is_read),
  KEY notice_mail (tenant_id, user_id, mail),
  KEY notice_age (at),
  CONSTRAINT notice_user FOREIGN KEY (tenant_id, user_id) REFERENCES user (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Kept in the transactions that change what it counts.
CREATE TABLE IF NOT EXISTS notice_count (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  unread INT NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  CONSTRAINT notice_count_user FOREIGN KEY (tenant_id, user_id) REFERENCES user (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
