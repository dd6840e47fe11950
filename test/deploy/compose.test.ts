import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { serverProgram } from '../support/server-build.ts';

const folder = join(import.meta.dirname, '../../deploy');
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
const Compose = z.strictObject({
  name: z.string(),
  services: z.strictObject({ server: Service, postgres: Service, s3: Service }),
  networks: z.strictObject({ frontend: z.strictObject({}), backend: z.strictObject({ internal: z.literal(true) }) }),
  volumes: z.record(z.string(), z.strictObject({})),
});

function readText(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** The file as Docker Compose reads it with these variables. */
function readCompose(variables: Readonly<Record<string, string>>): z.infer<typeof Compose> {
  const text = readText('compose.yaml').replace(VARIABLE, (_, name: string, form: string | undefined, rest: string) => {
    const value = variables[name];
    if (value !== undefined && value !== '') return value;
    if (form !== '-') throw new Error(`${name}: ${rest}`);
    return rest;
  });
  return Compose.parse(parse(text));
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
  const text = execFileSync(process.execPath, [serverProgram(), 'config', 'check', '--json'], {
    env: { ...environment, STEELYARD_ACCOUNTS: 'on', STEELYARD_HOST: '0.0.0.0' },
    encoding: 'utf8',
  });
  const settings = new Map(Settings.parse(JSON.parse(text)).settings.map(({ name, value }) => [name, value]));
  expect(settings.get('allowedHosts')).toBe('steelyard.example.org');
  expect(settings.get('database')).toBe('postgresql://steelyard:[redacted]@postgres:5432/steelyard');
  expect(settings.get('objects')).toContain('s3://steelyard?');
});
