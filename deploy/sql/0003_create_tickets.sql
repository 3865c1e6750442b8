-- Customers, tickets, what was said, what happened.
CREATE TABLE IF NOT EXISTS contact (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  email VARCHAR(254) COLLATE utf8mb4_bin NOT NULL COMMENT 'lowered',
  name VARCHAR(190) NOT NULL,
  company VARCHAR(190) NOT NULL DEFAULT '',
  locale VARCHAR(15) CHARACTER SET ascii NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY contact_email (tenant_id, email),
  CONSTRAINT contact_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS ticket_sequence (
  tenant_id BIGINT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (tenant_id),
  CONSTRAINT ticket_sequence_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- folder follows from status and is what lists are made of:
-- 1 open (N, C), 2 answered, 3 postponed, 4 resolved and closed, 5 spam, 6 deleted, 0 being built.
-- in_all: 1 for folders 1 to 4.
CREATE TABLE IF NOT EXISTS ticket (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  agent_id BIGINT NULL,
  contact_id BIGINT NOT NULL,
  status CHAR(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'I N C A W R L B X',
  previous_status CHAR(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'N'
    COMMENT 'what W, B and X go back to',
  folder TINYINT NOT NULL,
  in_all TINYINT NOT NULL,
  source TINYINT NOT NULL COMMENT '1 mail, 2 form, 3 agent',
  subject VARCHAR(998) NOT NULL,
  preview VARCHAR(300) NOT NULL DEFAULT '',
  messages INT NOT NULL DEFAULT 0,
  has_attachments TINYINT NOT NULL DEFAULT 0,
  has_failure TINYINT NOT NULL DEFAULT 0 COMMENT 'an answer did not arrive, and none was sent since',
  created_at BIGINT NOT NULL,
  activity_at BIGINT NOT NULL COMMENT 'last public message: the order of lists',
  waiting_since BIGINT NULL COMMENT 'oldest customer message not yet answered',
  answered_at BIGINT NULL COMMENT 'first public answer',
  resolved_at BIGINT NULL,
  wake_at BIGINT NULL,
  follows_id BIGINT NULL COMMENT 'the ticket that this one continues',
  version INT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY ticket_number (tenant_id, number),
  KEY ticket_folder (tenant_id, folder, activity_at, id),
  KEY ticket_department (tenant_id, department_id, folder, activity_at, id),
  KEY ticket_agent (tenant_id, agent_id, folder, activity_at, id),
  KEY ticket_department_agent (tenant_id, department_id, agent_id, folder, activity_at, id),
  KEY ticket_all (tenant_id, in_all, activity_at, id),
  KEY ticket_department_all (tenant_id, department_id, in_all, activity_at, id),
  KEY ticket_contact (tenant_id, contact_id, activity_at, id),
  CONSTRAINT ticket_department FOREIGN KEY (tenant_id, department_id) REFERENCES department (tenant_id, id),
  CONSTRAINT ticket_agent FOREIGN KEY (tenant_id, agent_id) REFERENCES user (tenant_id, id),
  CONSTRAINT ticket_contact FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How many tickets stand where; kept in the transaction that moves one. agent_id 0: nobody.
CREATE TABLE IF NOT EXISTS ticket_counter (
  tenant_id BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  folder TINYINT NOT NULL,
  tickets BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, department_id, agent_id, folder),
  CONSTRAINT ticket_counter_department FOREIGN KEY (tenant_id, department_id)
    REFERENCES department (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS message (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TINYINT NOT NULL COMMENT '1 customer, 2 answer, 3 note, 4 machine mail, 5 receipt',
  user_id BIGINT NULL COMMENT 'author of an answer or note',
  from_name VARCHAR(190) NOT NULL DEFAULT '',
  from_email VARCHAR(254) NOT NULL DEFAULT '',
  recipients TEXT NOT NULL DEFAULT '' COMMENT 'To, as in a header',
  cc TEXT NOT NULL DEFAULT '',
  subject VARCHAR(998) NOT NULL DEFAULT '',
  body MEDIUMTEXT NOT NULL COMMENT 'plain text',
  quote_at INT NOT NULL DEFAULT -1 COMMENT 'byte offset in body where the quoted tail begins; -1 none',
  html MEDIUMTEXT NULL COMMENT 'sanitised',
  has_remote_images TINYINT NOT NULL DEFAULT 0,
  mail_id VARCHAR(998) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'Message-ID without <>',
  mail_in_id BIGINT NULL COMMENT 'the accepted mail it came in',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, id),
  UNIQUE KEY message_id (tenant_id, id),
  CONSTRAINT message_ticket FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Message-IDs seen or sent, and unseen ancestors named by References, to the ticket they belong to.
CREATE TABLE IF NOT EXISTS mail_reference (
  tenant_id BIGINT NOT NULL,
  id_hash BINARY(16) NOT NULL COMMENT 'of the Message-ID, keyed by tenant',
  ticket_id BIGINT NOT NULL,
  message_id BIGINT NULL,
  PRIMARY KEY (tenant_id, id_hash, ticket_id),
  KEY mail_reference_ticket (tenant_id, ticket_id),
  CONSTRAINT mail_reference_ticket FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who is part of the conversation besides the customer.
CREATE TABLE IF NOT EXISTS participant (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  email VARCHAR(254) COLLATE utf8mb4_bin NOT NULL COMMENT 'lowered',
  PRIMARY KEY (tenant_id, ticket_id, email),
  CONSTRAINT participant_ticket FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS follower (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, user_id),
  KEY follower_user (tenant_id, user_id),
  CONSTRAINT follower_ticket FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT follower_user FOREIGN KEY (tenant_id, user_id) REFERENCES user (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS attachment (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  name VARCHAR(255) NOT NULL,
  type VARCHAR(127) NOT NULL,
  size BIGINT NOT NULL,
  content_id VARCHAR(255) NULL,
  is_inline TINYINT NOT NULL DEFAULT 0,
  file CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'keyed hash of the content: the file''s name',
  sha256 BINARY(32) NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY attachment_message (tenant_id, ticket_id, message_id),
  KEY attachment_file (tenant_id, file),
  CONSTRAINT attachment_message FOREIGN KEY (tenant_id, ticket_id, message_id)
    REFERENCES message (tenant_id, ticket_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS event (
  tenant_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind VARCHAR(31) CHARACTER SET ascii NOT NULL COMMENT 'created, status, assigned, transferred, ...',
  actor TINYINT NOT NULL COMMENT '1 person, 2 customer, 3 system',
  user_id BIGINT NULL,
  old_value VARCHAR(190) NOT NULL DEFAULT '',
  new_value VARCHAR(190) NOT NULL DEFAULT '',
  reason VARCHAR(255) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, ticket_id, id),
  CONSTRAINT event_ticket FOREIGN KEY (tenant_id, ticket_id) REFERENCES ticket (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
