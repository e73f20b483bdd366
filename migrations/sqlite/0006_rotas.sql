-- Rotas: who is on call when. `layers` is JSON; every version's whole body is kept. Overrides are withdrawn, never changed (one that has begun is ended).

CREATE TABLE rotas (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisations (id), name TEXT NOT NULL, zone TEXT NOT NULL, layers TEXT NOT NULL,
  version BIGINT NOT NULL, created_us BIGINT NOT NULL, archived_us BIGINT
);
CREATE INDEX rotas_by_organisation ON rotas (organisation, id);

CREATE TABLE rota_versions (
  rota TEXT NOT NULL REFERENCES rotas (id), version BIGINT NOT NULL, body TEXT NOT NULL, author TEXT NOT NULL, created_us BIGINT NOT NULL,
  PRIMARY KEY (rota, version)
);

CREATE TABLE rota_overrides (
  rota TEXT NOT NULL REFERENCES rotas (id), n BIGINT NOT NULL, from_us BIGINT NOT NULL, until_us BIGINT NOT NULL, person TEXT, instead_of TEXT,
  beside BIGINT NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL, created_us BIGINT NOT NULL, withdrawn_us BIGINT, withdrawn_by TEXT,
  PRIMARY KEY (rota, n)
);

-- Whom a rota names, in its layers or its overrides: a person's shifts are found by it.
CREATE TABLE rota_persons (person TEXT NOT NULL, rota TEXT NOT NULL REFERENCES rotas (id), PRIMARY KEY (person, rota));
CREATE INDEX rota_persons_by_rota ON rota_persons (rota);
