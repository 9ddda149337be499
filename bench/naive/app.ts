/**
 * The yardstick: what a competent engineer builds in a day. Verify with Stripe's package, one insert before the answer,
 * then one evaluation and one request per destination, then one update. Plain and correct, and nothing done twice.
 */
import { Agent } from 'node:http';
import axios from 'axios';
import Database from 'better-sqlite3';
import express, { type Express } from 'express';
import jsonata from 'jsonata';
import Stripe from 'stripe';

export interface NaiveOptions {
  readonly databaseFile: string;
  readonly secret: string;
  readonly destinations: readonly NaiveDestination[];
}

export interface NaiveDestination {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From the event to the payload. */
  readonly expression: string;
}

export function naiveApp({ databaseFile, secret, destinations }: NaiveOptions): Express {
  const database = new Database(databaseFile);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(
    `CREATE TABLE events (
      id TEXT PRIMARY KEY, type TEXT NOT NULL, body BLOB NOT NULL, status TEXT NOT NULL, received_at INTEGER NOT NULL
    )`,
  );
  const insert = database.prepare(`INSERT INTO events VALUES (?, ?, ?, 'received', ?) ON CONFLICT DO NOTHING`);
  const settle = database.prepare('UPDATE events SET status = ? WHERE id = ?');
  const httpAgent = new Agent({ keepAlive: true, maxSockets: 64 });
  const targets = destinations.map(({ expression, ...target }) => ({ ...target, mapping: jsonata(expression) }));

  const deliver = async (event: Stripe.Event): Promise<void> => {
    try {
      await Promise.all(
        targets.map(async ({ url, headers, mapping }) => {
          const payload: unknown = await mapping.evaluate(event);
          await axios.post(url, payload, { headers, httpAgent, timeout: 60_000 });
        }),
      );
      settle.run('delivered', event.id);
    } catch (error) {
      console.error(error);
      settle.run('failed', event.id);
    }
  };

  const app = express();
  app.post('/webhooks/stripe', express.raw({ type: 'application/json', limit: '1mb' }), (request, response) => {
    let event: Stripe.Event;
    try {
      event = Stripe.webhooks.constructEvent(request.body as Buffer, request.get('stripe-signature') ?? '', secret);
    } catch {
      response.status(400).json({ error: 'bad signature' });
      return;
    }
    const { changes } = insert.run(event.id, event.type, request.body, Date.now());
    response.json({ received: true });
    if (changes > 0) void deliver(event);
  });
  app.get('/stats', (_request, response) => {
    response.json(database.prepare('SELECT status, count(*) AS count FROM events GROUP BY status').all());
  });
  return app;
}
