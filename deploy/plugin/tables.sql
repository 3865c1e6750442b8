-- How often each person has pressed the button.
CREATE TABLE IF NOT EXISTS p_@id@_press (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  presses BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
