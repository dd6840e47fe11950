import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasAccount } from '../platform/auth/index.ts';
import type { Endpoint } from '../platform/contract/schema.ts';
import { createHttp, localAccess, noRecorder } from '../platform/http/index.ts';
import { createManifests } from '../platform/manifests/index.ts';
import { postApply } from '../platform/manifests/schema.ts';
import { openStore } from '../platform/store/index.ts';
import { createTelemetry } from '../platform/telemetry/index.ts';
import { createOrg, orgMigrations } from './index.ts';
import { listEnvironments, listProjects, listTeams, Subject } from './schema.ts';

const START = '2026-11-01T00:00:00.000Z';
const LATER = '2026-11-02T00:00:00.000Z';

interface Server extends AsyncDisposable {
  readonly http: FastifyInstance;
  clock: { now(): number };
  get(url: string): Promise<unknown>;
  apply(text: string, options?: { dryRun?: boolean }): Promise<{ status: number; body: unknown }>;
}

async function startServer(): Promise<Server> {
  const store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'org-')) });
  await store.migrate(orgMigrations);
  const server = { clock: { now: () => Date.parse(START) } };
  const org = createOrg({ store, clock: { now: () => server.clock.now() }, accounts: { has: hasAccount } });
  const manifests = createManifests({ store, kinds: org.kinds });
  const http = await createHttp({
    config: { allowedHosts: '', maxUploadBytes: 1024 },
    log: pino({ level: 'silent' }),
    telemetry: createTelemetry(),
    access: localAccess,
    writes: noRecorder,
    routes: [...org.routes, ...manifests.routes],
    plugins: [],
  });
  const headers = { host: 'localhost' };
  return Object.assign(server, {
    http,
    get: async (url: string): Promise<unknown> => (await http.inject({ url, headers })).json(),
    async apply(text: string, options = {}) {
      const payload = { documents: [{ file: 'org.yaml', text }], ...options };
      const answer = await http.inject({ method: 'POST', url: '/api/v1/apply', headers, payload });
      return { status: answer.statusCode, body: answer.json() as unknown };
    },
    async [Symbol.asyncDispose]() {
      await http.close();
      await store[Symbol.asyncDispose]();
    },
  });
}

const document = (kind: string, name: string, spec: string) =>
  `apiVersion: steelyard/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const all = [
  document('Project', 'recommender', '{team: ml-platform}'),
  document('Team', 'ml-platform', '{displayName: ML Platform, owner: ml@example.org}'),
  document('Environment', 'prod', '{production: true, description: Where customers are}'),
  'apiVersion: steelyard/v1\nkind: Environment\nmetadata: {name: dev}\n',
].join('---\n');

describe('teams, projects and environments', () => {
  it('are made by applying a file and listed by name', async () => {
    await using server = await startServer();
    expect(await server.apply(all)).toEqual({
      status: 200,
      body: {
        applied: [
          { kind: 'Team', name: 'ml-platform', outcome: 'created' },
          { kind: 'Environment', name: 'prod', outcome: 'created' },
          { kind: 'Environment', name: 'dev', outcome: 'created' },
          { kind: 'Project', name: 'recommender', outcome: 'created' },
        ],
      },
    });
    const times = { createdAt: START, updatedAt: START };
    const team = { name: 'ml-platform', displayName: 'ML Platform', owner: 'ml@example.org', description: null };
    expect(await server.get('/api/v1/teams')).toEqual({ teams: [{ ...team, ...times }], nextPageToken: null });
    const project = { name: 'recommender', team: 'ml-platform', description: null };
    expect(await server.get('/api/v1/projects')).toEqual({ projects: [{ ...project, ...times }], nextPageToken: null });
    expect(await server.get('/api/v1/environments')).toEqual({
      environments: [
        { name: 'dev', production: false, description: null, ...times },
        { name: 'prod', production: true, description: 'Where customers are', ...times },
      ],
      nextPageToken: null,
    });
  });

  it('change only where the file changed, and keep when they were made', async () => {
    await using server = await startServer();
    await server.apply(all);
    server.clock = { now: () => Date.parse(LATER) };
    const { body } = await server.apply(all.replace('owner: ml@example.org', 'description: d'));
    expect(body).toMatchObject({
      applied: [{ outcome: 'changed' }, { outcome: 'unchanged' }, { outcome: 'unchanged' }, { outcome: 'unchanged' }],
    });
    expect(await server.get('/api/v1/teams')).toMatchObject({
      teams: [{ owner: null, description: 'd', createdAt: START, updatedAt: LATER }],
    });
    expect(await server.get('/api/v1/projects')).toMatchObject({ projects: [{ updatedAt: START }] });
  });

  it('are not made by a dry run, which says what it would do', async () => {
    await using server = await startServer();
    const { body } = await server.apply(document('Team', 'a', '{}'), { dryRun: true });
    expect(body).toEqual({ applied: [{ kind: 'Team', name: 'a', outcome: 'created' }] });
    expect(await server.get('/api/v1/teams')).toEqual({ teams: [], nextPageToken: null });
  });

  it('are all refused when a project names a team that does not exist', async () => {
    await using server = await startServer();
    const text = `${document('Team', 'ml-platform', '{}')}---\n${document('Project', 'p', '{team: ml-platfrom}')}`;
    expect(await server.apply(text)).toMatchObject({
      status: 400,
      body: {
        code: 'manifest_reference_unknown',
        detail: 'org.yaml:6: Project "p": spec.team: there is no team "ml-platfrom". Did you mean "ml-platform"?',
      },
    });
    expect(await server.get('/api/v1/teams')).toEqual({ teams: [], nextPageToken: null });
  });

  it.each([
    ['Team', 'ml', '{ower: ml@example.org}', 'org.yaml:4:8: spec.ower: unknown field "ower"; did you mean "owner"?'],
    ['Team', 'ml', '{owner: somebody}', /^org\.yaml:4:15: spec\.owner: expected an e-mail address/],
    ['Team', 'ML', '{}', /^org\.yaml:3:18: metadata\.name: expected a name of 1 to 63/],
    ['Project', 'p', '{}', 'org.yaml:4:7: spec.team: "team" is missing; expected text.'],
    ['Environment', 'e', '{production: yes}', 'org.yaml:4:20: spec.production: expected true or false, found "yes".'],
  ])('are refused with file, line and column: %s %s %s', async (kind, name, spec, detail) => {
    await using server = await startServer();
    const { body } = await server.apply(document(kind, name, spec));
    const problem = z.looseObject({ code: z.string(), detail: z.string() }).parse(body);
    expect(problem.code).toBe('manifest_invalid');
    expect(problem.detail).toMatch(detail);
  });

  it('come in pages, by name, and a token is good for its own question only', async () => {
    await using server = await startServer();
    const names = ['a', 'b', 'c', 'd', 'e'];
    await server.apply(names.map((name) => document('Team', name, '{}')).join('---\n'));
    const seen: string[] = [];
    const Page = z.looseObject({
      teams: z.array(z.looseObject({ name: z.string() })),
      nextPageToken: z.string().nullable(),
    });
    let token = '';
    do {
      const page = Page.parse(await server.get(`/api/v1/teams?pageSize=2${token === '' ? '' : `&pageToken=${token}`}`));
      seen.push(page.teams.map(({ name }) => name).join());
      token = page.nextPageToken ?? '';
      if (token !== '') {
        const foreign = await server.get(`/api/v1/projects?pageToken=${token}`);
        expect(foreign).toMatchObject({ code: 'invalid_page_token' });
      }
    } while (token !== '');
    expect(seen).toEqual(['a,b', 'c,d', 'e']);
  });

  it('lists the projects of one team', async () => {
    await using server = await startServer();
    const texts = [
      document('Team', 'a', '{}'),
      document('Team', 'b', '{}'),
      document('Project', 'p', '{team: a}'),
      document('Project', 'q', '{team: b}'),
    ];
    await server.apply(texts.join('---\n'));
    expect(await server.get('/api/v1/projects?team=b')).toMatchObject({ projects: [{ name: 'q', team: 'b' }] });
    expect(await server.get('/api/v1/projects?taem=b')).toMatchObject({ code: 'invalid_request' });
  });
});

describe('a subject', () => {
  it('takes any of its fields, short text only, and nothing else', () => {
    expect(Subject.safeParse({}).success).toBe(true);
    expect(Subject.safeParse({ team: 'a', modelVersion: '3', purpose: 'inference' }).success).toBe(true);
    expect(Subject.safeParse({ team: 'x'.repeat(251) }).success).toBe(false);
    expect(Subject.safeParse({ purpose: 'fun' }).success).toBe(false);
    expect(Subject.safeParse({ cluster: 'a' }).success).toBe(false);
  });
});

describe('the endpoints of org and apply', () => {
  const endpoints: Endpoint[] = [listTeams, listProjects, listEnvironments, postApply];

  it.each(endpoints.map((target) => [target.path, target] as const))('describe every field of %s', (_path, target) => {
    for (const schema of [target.params, target.query, target.body, target.response]) {
      expect(undescribed(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }))).toEqual([]);
    }
  });
});

function undescribed(schema: unknown, path = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items } = schema as {
    properties?: Record<string, { description?: string }>;
    items?: unknown;
  };
  const own = Object.entries(properties).flatMap(([name, property]) => [
    ...(property.description === undefined ? [`${path}.${name}`] : []),
    ...undescribed(property, `${path}.${name}`),
  ]);
  return [...own, ...undescribed(items, `${path}[]`)];
}
