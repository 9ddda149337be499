-- Who may enter the console, in one row. Written by access.change; read by it and by access.read.
create table access (
  one      smallint primary key check (one = 1),
  document text     not null
);
