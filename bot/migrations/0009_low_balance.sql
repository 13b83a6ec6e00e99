-- At which level a customer wants to be told that few tokens are left; once, until they have more again.

ALTER TABLE customer ADD COLUMN low_level INTEGER CHECK (low_level > 0);
ALTER TABLE customer ADD COLUMN low_told INTEGER NOT NULL DEFAULT 0 CHECK (low_told IN (0, 1));
CREATE INDEX customer_low ON customer (id) WHERE low_level IS NOT NULL;
