import type { DemoCredentials } from './scenario.ts';
import type { StandInName } from './stand-ins/index.ts';

/** The demo's gateway.yaml and the variables it names: the shipped sources, and the stand-ins as destinations. */
export function demoGateway(
  credentials: DemoCredentials,
  urls: Readonly<Record<StandInName, string>>,
): { readonly text: string; readonly variables: Readonly<Record<string, string>> } {
  const { usermaven, vemetric, umami, segment } = credentials.destinations;
  const local = { allow_private_address: true };
  const file = {
    version: 1,
    sources: {
      stripe: { type: 'stripe', secret: '${STRIPE_WEBHOOK_SECRET}' },
      callrail: { type: 'callrail', secret: '${CALLRAIL_SIGNING_KEY}' },
      hubspot: { type: 'hubspot', secret: '${HUBSPOT_CLIENT_SECRET}' },
    },
    destinations: {
      usermaven: {
        type: 'usermaven',
        url: urls.usermaven,
        api_key: usermaven.apiKey,
        server_token: '${USERMAVEN_SERVER_TOKEN}',
        ...local,
      },
      vemetric: { type: 'vemetric', url: urls.vemetric, token: '${VEMETRIC_TOKEN}', ...local },
      umami: { type: 'umami', url: urls.umami, website_id: umami.websiteId, hostname: 'example.com', ...local },
      segment: { type: 'segment', url: urls.segment, write_key: '${SEGMENT_WRITE_KEY}', ...local },
    },
    vars: { site: 'example.com' },
  };
  const variables = {
    STRIPE_WEBHOOK_SECRET: credentials.sources.stripe,
    CALLRAIL_SIGNING_KEY: credentials.sources.callrail,
    HUBSPOT_CLIENT_SECRET: credentials.sources.hubspot,
    USERMAVEN_SERVER_TOKEN: usermaven.serverToken,
    VEMETRIC_TOKEN: vemetric.token,
    SEGMENT_WRITE_KEY: segment.writeKey,
  };
  // JSON is YAML.
  return { text: JSON.stringify(file, null, 2), variables };
}
