-- Every ticket that waits for us (N, C), in the order in which they are solved. place is what it is sorted by, made of
-- the order of the help desk and of band (-1 starving, 0 late, 1 soon late, 2 other), priority, due_at, waiting_since.
-- holder_id: its agent, minus the person for whom it is kept until held_until, or 0: whoever comes.
CREATE TABLE IF NOT EXISTS p_responsibility_queue (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  holder_id BIGINT NOT NULL,
  lease_user_id BIGINT NOT NULL DEFAULT 0 COMMENT 'who has it open to solve it',
  place BINARY(28) NOT NULL,
  band TINYINT NOT NULL,
  priority SMALLINT NOT NULL,
  due_at BIGINT NOT NULL,
  warns_at BIGINT NOT NULL,
  waiting_since BIGINT NOT NULL,
  moves_at BIGINT NULL COMMENT 'when its band changes',
  held_until BIGINT NULL,
  acted_at BIGINT NOT NULL COMMENT 'when somebody of us last did something',
  PRIMARY KEY (tenant_id, ticket_id),
  KEY p_responsibility_queue_place (tenant_id, department_id, holder_id, lease_user_id, place),
  KEY p_responsibility_queue_moves (tenant_id, moves_at),
  KEY p_responsibility_queue_held (tenant_id, held_until)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- How many of them each agent has (0: nobody), kept in the transaction that changes it.
CREATE TABLE IF NOT EXISTS p_responsibility_count (
  tenant_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  tickets BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, agent_id, department_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who is solving what; at most one ticket each.
CREATE TABLE IF NOT EXISTS p_responsibility_lease (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  UNIQUE KEY p_responsibility_lease_ticket (tenant_id, ticket_id),
  KEY p_responsibility_lease_until (tenant_id, until)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What somebody did not want: not offered to them again before until.
CREATE TABLE IF NOT EXISTS p_responsibility_skip (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id, ticket_id),
  KEY p_responsibility_skip_ticket (tenant_id, ticket_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who answered a ticket last.
CREATE TABLE IF NOT EXISTS p_responsibility_last (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- state 1 at work, 2 paused; who has not been seen for some minutes is away, whatever it says.
CREATE TABLE IF NOT EXISTS p_responsibility_person (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  state TINYINT NOT NULL DEFAULT 1,
  since BIGINT NOT NULL DEFAULT 0 COMMENT 'since when that state',
  by_user_id BIGINT NOT NULL DEFAULT 0 COMMENT 'who paused this person; 0: the person',
  seen_at BIGINT NOT NULL DEFAULT 0,
  capacity INT NOT NULL DEFAULT 0 COMMENT 'open tickets at most; 0: any number',
  only_to_solve TINYINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- mode 0 off, 1 in turn, 2 who has least, 3 who answered last.
CREATE TABLE IF NOT EXISTS p_responsibility_department (
  tenant_id BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  mode TINYINT NOT NULL DEFAULT 0,
  release_minutes INT NOT NULL DEFAULT 0 COMMENT 'of who is away; 0: never',
  last_user_id BIGINT NOT NULL DEFAULT 0 COMMENT 'who got the last one',
  version BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, department_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Why a ticket came to somebody, or to nobody, with what was seen then. detail: user:load:capacity:verdict; for each
-- who could have got it.
CREATE TABLE IF NOT EXISTS p_responsibility_decision (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind TINYINT NOT NULL,
  user_id BIGINT NOT NULL DEFAULT 0,
  mode TINYINT NOT NULL DEFAULT 0,
  band TINYINT NOT NULL DEFAULT 0,
  priority SMALLINT NOT NULL DEFAULT 0,
  due_at BIGINT NOT NULL DEFAULT 0,
  waiting_since BIGINT NOT NULL DEFAULT 0,
  waiting BIGINT NOT NULL DEFAULT 0 COMMENT 'how many stood in the queue, or minutes',
  until BIGINT NOT NULL DEFAULT 0,
  reason VARCHAR(400) NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  KEY p_responsibility_decision_ticket (tenant_id, ticket_id, id),
  KEY p_responsibility_decision_at (tenant_id, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How far the walks over all waiting tickets are. kind 1 filling the queue, 2 checking it.
CREATE TABLE IF NOT EXISTS p_responsibility_walk (
  tenant_id BIGINT NOT NULL,
  kind TINYINT NOT NULL,
  is_done TINYINT NOT NULL DEFAULT 0,
  place_order TINYINT NOT NULL DEFAULT 0 COMMENT 'that the places were made for',
  activity_at BIGINT NOT NULL DEFAULT 0,
  ticket_id BIGINT NOT NULL DEFAULT 0,
  repaired BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
