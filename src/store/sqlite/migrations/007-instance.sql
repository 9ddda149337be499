-- Whose data this is: a file beside the database has the same id, so that a database which is gone is missed. Written
-- by openSqlite when the database is made; read by it at every start, by backup and by restore.
create table instance (
  one        integer primary key,
  id         text    not null,
  created_at integer not null,
  constraint only_one check (one = 1)
) strict;
