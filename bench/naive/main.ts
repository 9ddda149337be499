/** The process of the yardstick: PORT, DATABASE, STRIPE_SECRET, SINK_URL and DESTINATIONS say what and where. */
import { keys } from '../contenders/gateway-files.ts';
import { naiveApp } from './app.ts';
import { expressions } from './expressions.ts';

const { PORT, DATABASE = '', STRIPE_SECRET = '', SINK_URL = '', DESTINATIONS = '' } = process.env;

const { api_key, server_token } = keys.usermaven;
const known = {
  usermaven: { url: `${SINK_URL}/usermaven/api/v1/s2s/event?token=${api_key}.${server_token}`, headers: {} },
  vemetric: { url: `${SINK_URL}/vemetric/e`, headers: { token: keys.vemetric.token } },
  umami: { url: `${SINK_URL}/umami/api/send`, headers: { 'user-agent': 'Mozilla/5.0' } },
  segment: {
    url: `${SINK_URL}/segment/v1/track`,
    headers: { authorization: `Basic ${Buffer.from(`${keys.segment.write_key}:`).toString('base64')}` },
  },
};

const names = DESTINATIONS.split(',').filter((name): name is keyof typeof known => name in known);

const server = naiveApp({
  databaseFile: DATABASE,
  secret: STRIPE_SECRET,
  destinations: names.map((name) => ({ ...known[name], expression: expressions[name] })),
}).listen(Number(PORT), '127.0.0.1');
// Longer than senders and proxies keep a connection that they do not use.
server.keepAliveTimeout = 65_000;
