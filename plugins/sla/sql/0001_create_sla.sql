-- Levels: what is promised. Each change makes a new version; clocks keep what they were started with.
CREATE TABLE IF NOT EXISTS p_sla_level (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name VARCHAR(100) NOT NULL,
  is_default TINYINT NOT NULL DEFAULT 0 COMMENT 'where no rule names one',
  grace_minutes BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS p_sla_level_version (
  tenant_id BIGINT NOT NULL,
  level_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  kind TINYINT NOT NULL COMMENT '1 first answer, 2 next answer, 3 first assign, 4 resolve, 5 keep informed',
  target_minutes BIGINT NOT NULL,
  calendar_id BIGINT NOT NULL COMMENT '0: every minute counts',
  pauses VARCHAR(8) NOT NULL,
  warns VARCHAR(39) NOT NULL,
  PRIMARY KEY (tenant_id, level_id, version, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Which level a ticket has, and what comes first of its clocks.
CREATE TABLE IF NOT EXISTS p_sla_ticket (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  level_id BIGINT NOT NULL,
  due_at BIGINT NOT NULL DEFAULT 0,
  warns_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, ticket_id),
  KEY p_sla_ticket_level (tenant_id, level_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS p_sla_clock (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  kind TINYINT NOT NULL,
  level_id BIGINT NOT NULL,
  level_version BIGINT NOT NULL,
  calendar_id BIGINT NOT NULL,
  calendar_version BIGINT NOT NULL,
  target_ms BIGINT NOT NULL,
  pauses VARCHAR(8) NOT NULL,
  warns VARCHAR(39) NOT NULL,
  anchor BIGINT NOT NULL,
  consumed BIGINT NOT NULL,
  merged BIGINT NOT NULL,
  extra BIGINT NOT NULL,
  state TINYINT NOT NULL COMMENT '1 running, 2 paused, 3 met, 4 breached, 5 cancelled',
  was TINYINT NOT NULL,
  why TINYINT NOT NULL,
  tags INT NOT NULL,
  warned INT NOT NULL,
  resumed_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  warn_at BIGINT NOT NULL,
  breached_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  is_kept TINYINT NOT NULL COMMENT 'it may still change',
  PRIMARY KEY (tenant_id, id),
  KEY p_sla_clock_ticket (tenant_id, ticket_id, is_kept),
  KEY p_sla_clock_level (tenant_id, level_id, is_kept),
  KEY p_sla_clock_calendar (tenant_id, calendar_id, is_kept),
  KEY p_sla_clock_ended (tenant_id, ended_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who gets which level: the first that fits.
CREATE TABLE IF NOT EXISTS p_sla_rule (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  place BIGINT NOT NULL,
  level_id BIGINT NOT NULL COMMENT '0: none',
  department_id BIGINT NOT NULL COMMENT '0: any; so with the others',
  source TINYINT NOT NULL,
  address VARCHAR(200) NOT NULL,
  subject VARCHAR(100) NOT NULL,
  on_transfer TINYINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS p_sla_log (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL COMMENT 'when it was due',
  logged_at BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  kind TINYINT NOT NULL,
  event TINYINT NOT NULL COMMENT '1 warning, 2 late, 3 met, 4 answered late, 5 cancelled',
  why TINYINT NOT NULL DEFAULT 0,
  level_id BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY p_sla_log_ticket (tenant_id, ticket_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
