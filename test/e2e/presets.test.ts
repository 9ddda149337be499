import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/model/clock.ts';
import { presetNames, readPreset } from '../../src/sources/preset/presets.ts';
import { newSample, signedRequest } from '../../src/sources/sample-request.ts';
import type { Descriptor } from '../../src/sources/verify/descriptor.ts';
import { type PresetGateway, presetGateway, publicUrl } from '../support/preset-gateway.ts';
import { readProjectFile } from '../support/project-files.ts';

/** What the gateway is told of a sender's secret, and what the sender signs with: the same but for key pairs. */
interface Keys {
  readonly configured: string;
  readonly signing: string;
}

const same = (secret: string): Keys => ({ configured: secret, signing: secret });

function keysOf(verify: Descriptor, text: string): Keys {
  switch (verify.method) {
    case 'ed25519':
      return pairOf(generateKeyPairSync('ed25519'));
    case 'ecdsa_p256':
      return pairOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    case 'basic':
      return same(`hookstitch:${text}`);
    case 'hmac':
      return same(`${verify.secret_prefix ?? ''}${Buffer.from(text).toString(verify.secret_encoding)}`);
    case 'hash':
    case 'token':
    case 'secret_url':
      return same(text);
  }
}

const pairOf = ({ publicKey, privateKey }: KeyPairKeyObjectResult): Keys => ({
  configured: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  signing: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
});

const presets = presetNames.map((name) => {
  const preset = readPreset(name);
  const keys = keysOf(preset.verify, 'a_secret_that_only_this_test_knows');
  return { name, preset, keys, foreign: keysOf(preset.verify, 'a_secret_that_somebody_else_has') };
});
let gateway: PresetGateway;

beforeAll(async () => {
  gateway = await presetGateway(
    Object.fromEntries(presets.map(({ name, keys }) => [name, { secret: keys.configured }])),
  );
});

afterAll(() => gateway.stop());

interface Sent {
  readonly name: string;
  readonly sample: string;
  readonly id: string;
  readonly signing: string;
}

/** As `hookstitch send` makes it; for key pairs, with the private key that only the sender has. */
function requestOf({ name, sample, id, signing }: Sent): ReturnType<typeof signedRequest> {
  const now = systemClock.now();
  const filled = newSample(`${name}.${sample}`, gateway.sources, { id, now });
  if (filled === undefined) return expect.unreachable(`${name} has no sample ${sample}`);
  const source = { ...filled.source, settings: { ...filled.source.settings, secret: [signing] } };
  return signedRequest({ ...filled, source }, { base: gateway.url, publicUrl, now });
}

async function post({ url, ...request }: ReturnType<typeof requestOf>): Promise<{ status: number; body: string }> {
  const answer = await fetch(url, request);
  return { status: answer.status, body: await answer.text() };
}

/** The types that a preset's fixture expects of its bodies, which are its samples. */
function expectedTypes(name: string): ReadonlyMap<string, readonly string[]> {
  const { bodies } = JSON.parse(readProjectFile(`test/fixtures/sources/presets/${name}.json`)) as {
    readonly bodies: readonly { readonly name: string; readonly types: readonly string[] }[];
  };
  return new Map(bodies.map((body) => [body.name, body.types]));
}

const samples = presets.flatMap(({ name, preset, keys }) =>
  preset.samples.map((sample) => ({
    name,
    sample: sample.name,
    signing: keys.signing,
    types: expectedTypes(name).get(sample.name) ?? [],
    answersEmpty: preset.answer === 'empty',
  })),
);

describe('a preset', () => {
  it('is one of at least forty, and each has a sample with a type', () => {
    expect(presets.length).toBeGreaterThanOrEqual(40);
    expect(samples.filter(({ types }) => types.length === 0)).toEqual([]);
  });

  it.each(samples)('makes of $sample of $name one event of its type, however often it comes', async (each) => {
    const { name, types, answersEmpty } = each;
    const before = await gateway.events(name);
    const request = requestOf({ ...each, id: `${each.sample}-1` });
    const first = await post(request);
    const again = await post(request);
    expect([first.status, again.status]).toEqual([200, 200]);
    if (answersEmpty) expect([first.body, again.body]).toEqual(['', '']);
    else expect([first.body, again.body]).toEqual(['{"accepted":1,"duplicates":0}', '{"accepted":0,"duplicates":1}']);
    const added = (await gateway.events(name)).slice(0, -before.length || undefined);
    expect(added).toMatchObject(types.map((type) => ({ source: name, type })));
    expect(added.map(({ status }) => status)).not.toContain('failed');
  });

  it.each(samples)('takes $sample of $name sent anew as another event', async (each) => {
    const before = await gateway.events(each.name);
    expect((await post(requestOf({ ...each, id: `${each.sample}-2` }))).status).toBe(200);
    expect(await gateway.events(each.name)).toHaveLength(before.length + each.types.length);
  });

  it.each(presets)('refuses what somebody else signs in the name of $name', async ({ name, preset, foreign }) => {
    const before = await gateway.events(name);
    for (const { name: sample } of preset.samples) {
      const refused = await post(requestOf({ name, sample, id: 'refused', signing: foreign.signing }));
      expect(refused.status).toBe(401);
    }
    expect(await gateway.events(name)).toEqual(before);
  });
});
