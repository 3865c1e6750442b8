-- A ticket carries the name and address of its customer: lists show them without looking each one up.
ALTER TABLE ticket
  ADD COLUMN IF NOT EXISTS contact_name VARCHAR(190) NOT NULL DEFAULT '' AFTER contact_id,
  ADD COLUMN IF NOT EXISTS contact_email VARCHAR(254) COLLATE utf8mb4_bin NOT NULL DEFAULT ''
    AFTER contact_name;
UPDATE ticket t JOIN contact c ON c.tenant_id = t.tenant_id AND c.id = t.contact_id
  SET t.contact_name = c.name, t.contact_email = c.email WHERE t.contact_email = '';

-- Tickets that the old program makes until the new one takes its place are named by a job a minute later;
-- object_id is smaller than the id of any of them.
INSERT IGNORE INTO job (tenant_id, id, kind, object_id, due_at)
  SELECT tenant_id, 2, 'ticket.names',
    CAST(UNIX_TIMESTAMP() * 1000 - 1577836800000 AS SIGNED) << 22, (UNIX_TIMESTAMP() + 60) * 1000
  FROM ticket_sequence WHERE last > 0;
