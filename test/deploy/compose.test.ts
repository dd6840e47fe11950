import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { onFreePort } from '../support/free-port.ts';
import { serverProgram } from '../support/server-build.ts';
import { startServerChild } from '../support/server-child.ts';

const folder = join(import.meta.dirname, '../../deploy');
const HAPROXY = '/usr/sbin/haproxy';
/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}` of Docker Compose. */
const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;
const Settings = z.object({ settings: z.array(z.object({ name: z.string(), value: z.unknown() })) });

/** The fields of Docker Compose that the file uses; another name is a typo. */
const Service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.literal('..'), dockerfile: z.literal('deploy/Dockerfile') }).optional(),
  command: z.array(z.string()).optional(),
  init: z.boolean().optional(),
  restart: z.literal('unless-stopped'),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.literal('ALL')).optional(),
  security_opt: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  mem_limit: z.string().optional(),
  ports: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()),
  networks: z.array(z.enum(['frontend', 'backend'])),
  volumes: z.array(z.string()),
  tmpfs: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  healthcheck: z
    .strictObject({ test: z.array(z.string()), interval: z.string(), timeout: z.string(), retries: z.int() })
    .optional(),
});
const rest = {
  name: z.string(),
  networks: z.strictObject({
    frontend: z.strictObject({
      ipam: z.strictObject({ config: z.tuple([z.strictObject({ subnet: z.cidrv4() })]) }),
    }),
    backend: z.strictObject({ internal: z.literal(true) }),
  }),
  volumes: z.record(z.string(), z.strictObject({})),
};
const Networked = z.object({
  ...rest,
  services: z.record(z.string(), z.object({ environment: z.record(z.string(), z.string()).optional() })),
});
const Compose = z.strictObject({
  ...rest,
  services: z.strictObject({ server: Service, postgres: Service, s3: Service }),
});
/** A service that another file describes. */
const Extended = z.strictObject({
  extends: z.strictObject({ file: z.literal('compose.yaml'), service: z.enum(['postgres', 's3']) }),
});
const Balancer = Service.omit({ environment: true }).extend({ cap_drop: z.tuple([z.literal('ALL')]) });
const SeveralServers = z.strictObject({
  ...rest,
  'x-server': z.unknown(),
  'x-settings': z.unknown(),
  services: z.strictObject({
    'server-a': Service,
    'server-b': Service,
    'gateway-a': Service,
    balancer: Balancer,
    postgres: Extended,
    s3: Extended,
  }),
});

function readText(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** A file as Docker Compose reads it with these variables. */
function readFile(name: string, variables: Readonly<Record<string, string>>): unknown {
  const text = readText(name).replace(VARIABLE, (_, name: string, form: string | undefined, rest: string) => {
    const value = variables[name];
    if (value !== undefined && value !== '') return value;
    if (form !== '-') throw new Error(`${name}: ${rest}`);
    return rest;
  });
  return parse(text, { merge: true });
}

const readCompose = (variables: Readonly<Record<string, string>>) => Compose.parse(readFile('compose.yaml', variables));

/** Settings that the server reads from the variables of a service. */
function checkSettings(environment: Readonly<Record<string, string>>): Map<string, unknown> {
  const text = execFileSync(process.execPath, [serverProgram(), 'config', 'check', '--json'], {
    env: { ...environment, STEELYARD_ACCOUNTS: 'on', STEELYARD_HOST: '0.0.0.0' },
    encoding: 'utf8',
  });
  return new Map(Settings.parse(JSON.parse(text)).settings.map(({ name, value }) => [name, value]));
}

/** Lines `NAME=value`. */
function readVariables(): Record<string, string> {
  return Object.fromEntries(
    [...readText('env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

const passwords = { POSTGRES_PASSWORD: 'abc', S3_SECRET_ACCESS_KEY: 'def' };

it('deploy/compose.yaml needs the passwords of deploy/env.example, and nothing else', () => {
  expect(() => readCompose(readVariables())).toThrow('POSTGRES_PASSWORD: set it in deploy/.env');
  const { services, volumes } = readCompose({ ...readVariables(), ...passwords });
  const mounted = Object.values(services).flatMap((service) => service.volumes.map((volume) => volume.split(':')[0]));
  expect(mounted.toSorted()).toEqual(Object.keys(volumes).toSorted());
  for (const name of Object.keys(services.server.depends_on ?? {}))
    expect(services).toHaveProperty([name, 'healthcheck']);
  expect(services.server.ports?.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
});

it('its server has settings that the server accepts', () => {
  const { environment } = readCompose({ ...passwords, SERVER_HOST: 'steelyard.example.org' }).services.server;
  const settings = checkSettings(environment);
  expect(settings.get('allowedHosts')).toBe('steelyard.example.org');
  expect(settings.get('database')).toBe('postgresql://steelyard:[redacted]@postgres:5432/steelyard');
  expect(settings.get('objects')).toContain('s3://steelyard?');
});

it.each(['compose.yaml', 'compose.servers.yaml'])(
  'the servers of deploy/%s trust the proxies of its network',
  (name) => {
    const variables = { ...passwords, FRONTEND_SUBNET: '10.9.8.0/24' };
    const { services, networks } = Networked.parse(readFile(name, variables));
    expect(networks.frontend.ipam.config).toEqual([{ subnet: '10.9.8.0/24' }]);
    const servers = Object.values(services).flatMap(({ environment }) => environment?.STEELYARD_ALLOWED_HOSTS ?? []);
    const trusted = Object.values(services).flatMap(({ environment }) => environment?.STEELYARD_TRUSTED_PROXIES ?? []);
    expect(trusted).toEqual(servers.map(() => '10.9.8.0/24'));
  },
);

describe('deploy/compose.servers.yaml', () => {
  const { services, volumes } = SeveralServers.parse(readFile('compose.servers.yaml', passwords));

  it('has servers with a name, every role and one volume', () => {
    const servers = [services['server-a'], services['server-b'], services['gateway-a']];
    const settings = servers.map(({ environment }) => checkSettings(environment));
    expect(settings.map((each) => [each.get('server'), each.get('roles')])).toEqual([
      ['a', 'api, worker'],
      ['b', 'api, worker'],
      ['gateway-a', 'gateway'],
    ]);
    for (const server of servers) expect(server.volumes).toEqual(['data:/data']);
    expect(Object.keys(volumes).toSorted()).toEqual(['data', 'postgres', 's3']);
    const [port = '', ...others] = services.balancer.ports ?? [];
    expect([port.startsWith('127.0.0.1:'), others]).toEqual([true, []]);
  });

  it.skipIf(!existsSync(HAPROXY) && process.env.CI === undefined)(
    'sends requests to their role, and to the other server when one ends',
    async () => {
      const names = ['server-a', 'server-b', 'gateway-a'] as const;
      const [a, b, gateway] = await Promise.all(names.map(startAnswering));
      onTestFinished(() => {
        for (const server of [a, b, gateway]) server?.close();
      });
      const addresses = new Map([a, b, gateway].map((server, index) => [`${names[index]}:4610`, portOf(server)]));
      const url = await onFreePort((port) => startBalancer(port, addresses));
      const ask = async (path: string) => (await fetch(url + path)).text();
      expect(await ask('/serve/ranker/invocations')).toBe('gateway-a');
      const answers = async () => Promise.all(Array.from({ length: 20 }, () => ask('/api/v1/teams')));
      await expect.poll(async () => new Set(await answers())).toEqual(new Set(['server-a', 'server-b']));
      // A server that ends before its answer: a read goes to the other one, and a write is sent once.
      const reads = await Promise.all(Array.from({ length: 20 }, () => ask(ENDS)));
      expect(new Set(reads)).toEqual(new Set(['server-b']));
      const writes = Array.from({ length: 20 }, () => fetch(url + ENDS, { method: 'POST' }));
      const statuses = (await Promise.allSettled(writes)).map((write) => 'value' in write && write.value.status);
      expect(statuses).not.toEqual(statuses.map(() => 200));
      a?.close();
      a?.closeAllConnections();
      expect(new Set(await answers())).toEqual(new Set(['server-b']));
      expect(await ask('/serve/ranker/invocations')).toBe('gateway-a');
    },
  );
});

const ENDS = '/ends';

/** A server that answers with its name; at one path, server-a ends the connection. */
async function startAnswering(name: string): Promise<Server> {
  const server = createServer(({ url, socket }, response) => {
    if (url === ENDS && name === 'server-a') socket.destroy();
    else response.end(name);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: Server | undefined): string {
  const address = server?.address();
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** HAProxy with deploy/haproxy.cfg, its names replaced by addresses of this machine. */
async function startBalancer(port: number, addresses: ReadonlyMap<string, string>): Promise<string> {
  const replaced = [...addresses].reduce(
    (text, [name, address]) => text.replace(name, address),
    readText('haproxy.cfg'),
  );
  const file = join(mkdtempSync(join(tmpdir(), 'haproxy-')), 'haproxy.cfg');
  writeFileSync(file, replaced.replace('bind :8080', `bind 127.0.0.1:${port}`));
  const url = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(`${url}/health`)).ok;
  const { stop } = await startServerChild(HAPROXY, ['-db', '-f', file], {}, isReady);
  onTestFinished(() => stop());
  return url;
}
