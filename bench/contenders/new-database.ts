import pg from 'pg';

let made = 0;

/** An empty one on this server. */
export async function newDatabase(server: string): Promise<string> {
  made += 1;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create database bench_${made}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/bench_${made}`;
  return url.href;
}
