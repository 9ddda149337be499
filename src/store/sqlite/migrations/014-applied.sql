-- Written twice, as everything that nobody else compares.
create index migration_state on migration (name, checksum, applied_at);
