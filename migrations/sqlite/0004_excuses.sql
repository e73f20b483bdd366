-- What excuses the rules of a home for a while, and when installers test there.

CREATE TABLE excuses (
  id TEXT PRIMARY KEY, home TEXT NOT NULL, kind TEXT NOT NULL, device TEXT, kinds TEXT NOT NULL, from_us BIGINT NOT NULL, until_us BIGINT NOT NULL,
  reason TEXT, author TEXT NOT NULL, ended_by TEXT
);
CREATE INDEX excuses_by_home ON excuses (home, until_us);
