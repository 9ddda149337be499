import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { gatewayVariables, namedInCompose, namedInExample, namedInGatewayFile } from './support/known-variables.ts';
import { projectFolder, readProjectFile } from './support/project-files.ts';

/** What every container is held to. */
const service = z.object({
  profiles: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.string()),
  healthcheck: z.object({ test: z.array(z.string()) }),
  read_only: z.boolean(),
  tmpfs: z.array(z.string()),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  mem_limit: z.string(),
  pids_limit: z.number(),
  logging: z.object({ driver: z.string() }),
});
const ours = service.extend({
  build: z.string(),
  ports: z.array(z.string()),
  env_file: z.array(z.object({ path: z.string(), required: z.boolean() })),
  depends_on: z.record(z.string(), z.object({ condition: z.string(), required: z.boolean() })),
  init: z.boolean(),
});
const theirs = service.extend({ image: z.string(), user: z.string(), ports: z.undefined().optional() });
const compose = z
  .object({
    services: z.object({ gateway: ours, replica: ours, postgres: theirs }),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(parse(readProjectFile('docker-compose.yml'), { merge: true }));
const { gateway, replica, postgres } = compose.services;

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

const dockerfile: readonly Instruction[] = readProjectFile('Dockerfile')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => ({ name: line.slice(0, line.indexOf(' ')), rest: line.slice(line.indexOf(' ') + 1) }));
const stageStarts = dockerfile.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
/** The stage that runs. */
const image: readonly Instruction[] = dockerfile.slice(stageStarts.at(-1));

const all = (name: string, instructions: readonly Instruction[] = image): readonly string[] =>
  instructions.flatMap((instruction) => (instruction.name === name ? [instruction.rest] : []));
const only = (name: string): string => {
  const [first, ...others] = all(name);
  expect(others).toEqual([]);
  return first ?? '';
};
const words = (json: string): readonly string[] => z.array(z.string()).parse(JSON.parse(json));
const target = (mount: string): string => mount.split(':')[1] ?? '';

describe('the image', () => {
  it('runs, in every stage, exactly the Node version that the tests run on', () => {
    const lockfile = z
      .object({ packages: z.object({ 'node_modules/node': z.object({ version: z.string() }) }) })
      .parse(JSON.parse(readProjectFile('package-lock.json')));
    const versions = all('FROM', dockerfile).map((from) => /^node:(\d+\.\d+\.\d+)-/.exec(from)?.[1]);
    expect(new Set(versions)).toEqual(new Set([lockfile.packages['node_modules/node'].version]));
  });

  it('copies nothing that .dockerignore keeps out of the build context', () => {
    const kept = readProjectFile('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const copied = all('COPY', dockerfile)
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(new Set(copied)).toEqual(new Set(kept));
  });

  it('does not run as root', () => {
    expect(only('USER')).toBe('node');
    expect(dockerfile.findLastIndex(({ name }) => name === 'RUN' || name === 'COPY')).toBeLessThan(
      dockerfile.findLastIndex(({ name }) => name === 'USER'),
    );
  });

  it('starts and probes itself with commands the CLI has', () => {
    const program = words(only('ENTRYPOINT'));
    const probe = words(only('HEALTHCHECK').replace(/^.*CMD /, ''));
    const probed = program.filter((word) => !word.startsWith('--'));
    const verbs = [...words(only('CMD')), ...probe.slice(probed.length)];
    expect(program).toEqual(['node', '--max-semi-space-size=16', 'dist/cli/main.js']);
    expect(probe.slice(0, probed.length)).toEqual(probed);
    expect(verbs).toEqual(['serve', 'health']);
    expect(projectFolder('src/cli/commands')).toEqual(expect.arrayContaining(verbs.map((verb) => `${verb}.ts`)));
  });

  it('is stopped by the signal that drains the gateway', () => {
    expect(only('STOPSIGNAL')).toBe('SIGTERM');
  });
});

describe('docker compose', () => {
  it('publishes the receiver to the world and the console to this machine alone', () => {
    expect(gateway.ports).toEqual(['8080:8080', '127.0.0.1:8081:8081']);
    expect(gateway.environment).toMatchObject({
      HOST: '0.0.0.0',
      PORT: '8080',
      ADMIN_HOST: '0.0.0.0',
      ADMIN_PORT: '8081',
    });
    expect(only('EXPOSE')).toBe('8080 8081');
  });

  it("keeps the data in a volume that the image's user owns, and mounts the mappings read-only", () => {
    const { DATA_DIR: data = '', MAPPINGS_DIR: mappings = '' } = gateway.environment;
    const workdir = only('WORKDIR');
    expect(gateway.volumes).toEqual([`./mappings:${mappings}:ro`, `gateway-data:${data}`]);
    expect(Object.keys(compose.volumes)).toEqual(['gateway-data', 'replica-data', 'postgres-data']);
    expect(data).toBe(`${workdir}/data`);
    expect(all('RUN')).toEqual(['mkdir data && chown node:node data']);
  });

  it('leaves the container nothing to write to but its data and its temporary files', () => {
    expect(gateway.read_only).toBe(true);
    expect(gateway.tmpfs).toEqual(['/tmp']);
    expect(gateway.volumes.filter((mount) => !mount.endsWith(':ro')).map(target)).toEqual([
      gateway.environment.DATA_DIR,
    ]);
  });

  it.each(Object.entries(compose.services))(
    'takes every privilege of %s away and bounds what it can use',
    (_, each) => {
      expect(each.read_only).toBe(true);
      expect(each.cap_drop).toEqual(['ALL']);
      expect(each.security_opt).toEqual(['no-new-privileges:true']);
      expect(each.mem_limit).toMatch(/^\d+[mg]$/);
      expect(each.pids_limit).toBeGreaterThan(0);
    },
  );

  it('runs the gateway under an init that reaps what its evaluator leaves', () => {
    expect([gateway.init, replica.init]).toEqual([true, true]);
  });

  it('runs one gateway on SQLite, unless the profile adds a replica and the database of both', () => {
    const profiles = Object.entries(compose.services).map(([name, each]) => [name, each.profiles]);
    expect(Object.fromEntries(profiles)).toEqual({
      gateway: undefined,
      replica: ['postgres'],
      postgres: ['postgres'],
    });
    expect(gateway.depends_on).toEqual({ postgres: { condition: 'service_healthy', required: false } });
  });

  it('starts the replica as the gateway is started, with ports and a folder of its own', () => {
    const { ports, volumes, profiles, ...same } = replica;
    expect(gateway).toMatchObject(same);
    expect(ports).toEqual(['8082:8080', '127.0.0.1:8083:8081']);
    expect(volumes).toEqual([gateway.volumes[0], 'replica-data:/app/data']);
    expect(profiles).toEqual(['postgres']);
  });

  it('gives both the database of the profile, and neither where its password is not set', () => {
    expect(gateway.environment.DATABASE_URL).toBe(
      `\${DATABASE_URL:-\${POSTGRES_PASSWORD:+postgres://${postgres.environment.POSTGRES_USER}:\${POSTGRES_PASSWORD}@postgres/${postgres.environment.POSTGRES_DB}}}`,
    );
    expect(postgres.environment.POSTGRES_PASSWORD).toBe('${POSTGRES_PASSWORD:-}');
  });

  it('runs PostgreSQL pinned, as its own user, reached by the gateways alone', () => {
    expect(postgres.image).toMatch(/^postgres:\d+\.\d+-\w+$/);
    expect(postgres.user).toBe('postgres');
    expect(postgres.volumes).toEqual(['postgres-data:/var/lib/postgresql/data']);
  });

  it('asks for health the way the image does', () => {
    expect(JSON.stringify(gateway.healthcheck.test)).toBe(
      JSON.stringify(['CMD', ...words(only('HEALTHCHECK').replace(/^.*CMD /, ''))]),
    );
  });

  it('starts without a .env file', () => {
    expect(gateway.env_file).toEqual([{ path: '.env', required: false }]);
  });

  it('sets only variables that something reads', () => {
    const read = new Set([...gatewayVariables, ...namedInGatewayFile(), ...namedInCompose()]);
    const set = [...Object.keys(gateway.environment), ...namedInExample()];
    expect(set.filter((name) => !read.has(name))).toEqual([]);
  });
});
