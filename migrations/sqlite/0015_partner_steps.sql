-- How many steps that a subscription needs of partners failed and are not done yet.
ALTER TABLE subscription ADD COLUMN step_trouble INTEGER NOT NULL DEFAULT 0;
