/** Databases for tests: of the server at TEST_DATABASE_URL, or of one that the first test to ask for it starts. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, inject, type SuiteFactory } from 'vitest';
import './setup.ts';
import { folderOfPrograms, installPrograms } from './programs.ts';
import { startPostgresServer } from './server.ts';

const given = process.env.TEST_DATABASE_URL;
const whyNot = given === undefined && folderOfPrograms() === undefined ? await installPrograms() : undefined;
const isThere = given !== undefined || folderOfPrograms() !== undefined;
const missing = `no PostgreSQL: ${whyNot ?? 'none of its places has it'}`;
if (!isThere) {
  if (process.env.CI) throw new Error(missing);
  console.warn(`tests on PostgreSQL are skipped: ${missing}`);
}

/** A group of tests on PostgreSQL. Without one it is skipped and says so; with CI set that is a failure. */
export function describeOnPostgres(name: string, tests: SuiteFactory): void {
  if (isThere) describe(name, tests);
  else describe.skip(`${name} (${missing})`, tests);
}

export interface TestDatabase {
  readonly url: string;
  remove(): Promise<void>;
}

let made = 0;

/** A new and empty database; where no server is named, on the one for all. */
export async function makeDatabase(ownServer?: string): Promise<TestDatabase> {
  const server = ownServer ?? given ?? (await sharedServer());
  made += 1;
  const name = `hookstitch_test_${process.pid}_${made}_${Date.now().toString(36)}`;
  await runOn(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, remove: () => runOn(server, `drop database ${name} with (force)`) };
}

/** Leaves a database as its migrations made it. */
export function emptied({ url }: TestDatabase): Promise<void> {
  const tables = ['attempt', 'delivery', 'event_identifier', 'event', 'request', 'identity_link', 'identifier'];
  const others = [
    'identity_join',
    'gone_event',
    'forgetting',
    'lane',
    'tally',
    'stitch_tally',
    'series',
    'problem',
    'replay',
  ];
  return runOn(url, [...tables, ...others].map((table) => `delete from ${table}`).join('; '));
}

/** One script on a connection of its own. */
export async function runOn(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

let shared: Promise<string> | undefined;

/** One for the whole run: test files lie in processes of their own, and the first of them to ask starts it. */
function sharedServer(): Promise<string> {
  shared ??= startedOnce();
  return shared;
}

async function startedOnce(): Promise<string> {
  const { folder, runPid } = inject('postgres');
  const told = join(folder, 'url');
  if (!isFirst(join(folder, 'starting'))) return toldBy(told);
  const { url } = await startPostgresServer(join(folder, 'server'), runPid);
  writeFileSync(told, url);
  return url;
}

function isFirst(mark: string): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch {
    return false;
  }
}

async function toldBy(file: string): Promise<string> {
  for (let tries = 0; tries < 600; tries += 1) {
    const url = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (url !== '') return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('another test file began to start PostgreSQL and did not finish');
}
