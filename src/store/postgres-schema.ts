/**
 * How the database came to have its layout: the n-th text brings format n - 1 to format n. Texts
 * that were released are never changed.
 *
 * Names are keys whose octets are in canonical order (RFC 4034 §6.1), as PostgreSQL orders them.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE danelaw.counter (name text PRIMARY KEY, value bigint NOT NULL);
  INSERT INTO danelaw.counter VALUES ('format', 0), ('sequence', 0), ('audit', 0);
  CREATE TABLE danelaw.zone (
    apex bytea PRIMARY KEY, version bigint NOT NULL, data bytea NOT NULL
  );
  CREATE TABLE danelaw.rrset (
    apex bytea, owner bytea, type integer, data bytea NOT NULL, PRIMARY KEY (apex, owner, type)
  );
  CREATE TABLE danelaw.change_set (
    sequence bigint PRIMARY KEY, apex bytea NOT NULL, data bytea NOT NULL
  );
  CREATE INDEX change_set_of_zone ON danelaw.change_set (apex, sequence);
  CREATE TABLE danelaw.key (
    apex bytea, id bigint, sealed boolean NOT NULL, data bytea NOT NULL, PRIMARY KEY (apex, id)
  );
  CREATE TABLE danelaw.token (id bytea PRIMARY KEY, data bytea NOT NULL);
  CREATE TABLE danelaw.audit (number bigint PRIMARY KEY, data bytea NOT NULL);
  CREATE TABLE danelaw.answer (key bytea PRIMARY KEY, at bigint NOT NULL, data bytea NOT NULL);
  CREATE INDEX answer_at ON danelaw.answer (at);
  CREATE TABLE danelaw.node (node bytea PRIMARY KEY, at bigint NOT NULL, data bytea NOT NULL);
  `,
]
