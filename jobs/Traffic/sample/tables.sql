CREATE TABLE clients (address text PRIMARY KEY, owner text);
INSERT INTO clients VALUES ('10.0.0.1', 'ada'), ('10.0.0.2', 'grace'), ('10.0.0.3', 'ada');
CREATE TABLE traffic (owner text PRIMARY KEY, hits bigint NOT NULL, bytes bigint NOT NULL);
