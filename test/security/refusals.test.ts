import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { InjectOptions } from 'fastify';
import { sql as raw } from 'kysely';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/main.ts';
import { uploadPipelineCode } from '../../src/mlops/pipelines/schema.ts';
import { testApplication } from '../../src/testing/application.ts';
import { onEachStore } from '../support/stores.ts';
import { openDoors } from './doors.ts';

/** Every published flaw of MLflow's server, on every prefix of the wire, with accounts and without. */

const PREFIXES = ['/api/2.0', '/api/3.0', '/ajax-api/2.0', '/ajax-api/3.0'];
const SECRET = 'root:x:0:0';

interface Server extends AsyncDisposable {
  readonly application: Application;
  readonly headers: Record<string, string>;
}

const servers: Readonly<Record<string, (database: string) => Promise<Server>>> = {
  'without accounts': async (database) => {
    const application = await testApplication({}, { database });
    return { application, headers: {}, [Symbol.asyncDispose]: () => application[Symbol.asyncDispose]() };
  },
  'with accounts': async (database) => {
    const doors = await openDoors({}, { database });
    const headers = { ...doors.as('admin') };
    return { application: doors.application, headers, [Symbol.asyncDispose]: () => doors[Symbol.asyncDispose]() };
  },
};

onEachStore(({ newDatabase }) => {
  describe.each(Object.keys(servers))('%s', (kind) => {
    let server: Server;
    let runId = '';
    let experiments = 0;
    beforeAll(async () => {
      server = await (servers[kind] as (typeof servers)[string])(await newDatabase());
      const made = await send('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' });
      runId = made.json().run.info.run_id;
      await send('POST', '/api/2.0/mlflow/registered-models/create', { name: 'm' });
      const outside = join(server.application.config.data, '..', 'outside');
      mkdirSync(outside, { recursive: true });
      writeFileSync(join(outside, 'passwd'), SECRET);
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', url: string, body?: object, extra = {}) => {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const request: InjectOptions = {
        method,
        url,
        headers: { host: 'localhost', ...json, ...server.headers, ...extra },
      };
      return server.application.http.inject(
        body === undefined ? request : { ...request, payload: JSON.stringify(body) },
      );
    };
    type Answer = Awaited<ReturnType<typeof send>>;
    const expectRefused = (answer: Answer, status = 400): void => {
      expect([answer.statusCode, answer.body]).toEqual([status, answer.body]);
      expect(answer.body).not.toContain(SECRET);
      expect(String(answer.headers['content-type'])).toMatch(/^application\/(problem\+)?json/);
    };

    const CLIMBING = [
      ...['../outside/passwd', '..%2foutside%2fpasswd', '%2e%2e/outside/passwd', '%252e%252e%252foutside%252fpasswd'],
      ...['%25252e%25252e%25252foutside', 'a/../../outside/passwd', '..\\outside\\passwd', 'a%5c..%5c..%5coutside'],
      ...[
        '/etc/passwd',
        '%2fetc%2fpasswd',
        'C:\\Windows\\win.ini',
        'C:/Windows/win.ini',
        'x%00.txt',
        'x%23y',
        '~/../../x',
      ],
    ];
    const query = (path: string): string => encodeURIComponent(path);

    describe('CVE-2023-30172, CVE-2026-2033: traversal on artifact routes that read', () => {
      it.each(CLIMBING.filter((path) => !path.startsWith('~')))('%s', async (path) => {
        expectRefused(await send('GET', `/get-artifact?run_id=${runId}&path=${query(path)}`));
        expectRefused(await send('GET', `/get-artifact?run_uuid=${runId}&path=${query(path)}`));
        for (const prefix of PREFIXES) {
          expectRefused(await send('GET', `${prefix}/mlflow-artifacts/artifacts?path=${query(path)}`));
          expectRefused(await send('GET', `${prefix}/mlflow/artifacts/list?run_id=${runId}&path=${query(path)}`));
          // `/a/../b` in an address is resolved by every client before it is sent, so it is encoded here.
          expectRefused(await send('GET', `${prefix}/mlflow-artifacts/artifacts/${query(path)}`));
        }
      });
    });

    describe('CVE-2023-6831, CVE-2024-1560, CVE-2023-6730: traversal on artifact routes that write or delete', () => {
      it.each(CLIMBING.filter((path) => !path.startsWith('~')))('%s', async (path) => {
        for (const prefix of PREFIXES) {
          const url = `${prefix}/mlflow-artifacts/artifacts/${query(path)}`;
          expectRefused(await send('DELETE', url));
          expectRefused(await send('PUT', url, {}));
          expectRefused(
            await send('POST', `${prefix}/mlflow/upload-artifact?run_uuid=${runId}&path=${query(path)}`, {}),
          );
        }
        expect(readFileSync(join(server.application.config.data, '..', 'outside', 'passwd'), 'utf8')).toBe(SECRET);
      });
    });

    it('CVE-2026-2033: a symbolic link that leads out of the root', async () => {
      await send('PUT', '/api/2.0/mlflow-artifacts/artifacts/0/link/file', {});
      const { data } = server.application.config;
      const folder = join(data, 'objects', 'artifacts', '0', 'link');
      expect(existsSync(folder)).toBe(true);
      symlinkSync(join(data, '..', 'outside'), join(folder, 'out'));
      for (const prefix of PREFIXES) {
        expectRefused(await send('GET', `${prefix}/mlflow-artifacts/artifacts/0/link/out/passwd`));
        expectRefused(await send('PUT', `${prefix}/mlflow-artifacts/artifacts/0/link/out/passwd`, {}));
      }
    });

    describe('CVE-2023-1176, -1177, -2356, -2780, -3765, CVE-2025-11201: a version’s source that leads elsewhere', () => {
      it.each([
        ...[
          '/etc/passwd',
          'etc/passwd',
          './x',
          '..',
          'file:///etc/passwd',
          'file:/etc',
          'file://host/etc',
          'FILE:///etc/passwd',
        ],
        ...['C:\\Windows', 'c:/Windows', '\\\\host\\share', 'models:/../x/1', 'mlflow-artifacts:/0/../../etc'],
        ...['s3://bucket/%2e%2e/x', 's3://bucket/%252e%252e/x', 's3://b/a\\..\\..\\x', 'dbfs:/a/../../etc/passwd'],
      ])('%s', async (source) => {
        for (const prefix of PREFIXES) {
          const named = { name: 'm', source, run_id: runId };
          expectRefused(await send('POST', `${prefix}/mlflow/model-versions/create`, named));
          expectRefused(await send('POST', `${prefix}/mlflow/model-versions/create`, { name: 'm', source }));
        }
      });
    });

    it('CVE-2026-2614: an invalid source, whatever tags say that it is a prompt', async () => {
      const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
      for (const prefix of PREFIXES) {
        const version = { name: 'm', source: 'file:///etc/passwd', tags };
        expectRefused(await send('POST', `${prefix}/mlflow/model-versions/create`, version));
      }
    });

    describe('CVE-2023-6909, CVE-2024-1558, CVE-2024-1594, CVE-2024-3848: a location that hides where it leads', () => {
      it.each([
        ...['mlflow-artifacts:/a#/../../etc', 's3://bucket/x#y', 's3://bucket/x;params', 's3://bucket/x?a=../../etc'],
        ...[
          's3://bucket/x?..%2f..%2fetc',
          'mlflow-artifacts:/x?%2e%2e',
          's3://bucket/%23/../../x',
          'mlflow-artifacts:/../../etc',
        ],
        ...['runs:/abc/model'],
      ])('%s', async (location) => {
        for (const prefix of PREFIXES) {
          experiments += 1;
          const experiment = { name: `hidden ${experiments}`, artifact_location: location };
          expectRefused(await send('POST', `${prefix}/mlflow/experiments/create`, experiment));
        }
      });
    });

    describe('server-side fetch through artifact_location (huntr; ericblackgachara/mlflow-ssrf-poc)', () => {
      it.each([
        ...[
          'http://attacker.example/x',
          'https://attacker.example/x',
          'ftp://attacker.example',
          'HTTP://169.254.169.254/latest',
        ],
        ...['hdfs://namenode:9000/x', 'mlflow-artifacts://attacker.example/x', 'sftp://attacker.example/x'],
      ])('%s', async (location) => {
        for (const prefix of PREFIXES) {
          experiments += 1;
          const experiment = { name: `remote ${experiments}`, artifact_location: location };
          expectRefused(await send('POST', `${prefix}/mlflow/experiments/create`, experiment));
        }
      });
    });

    it('CVE-2025-10279, CVE-2026-4137, CVE-2022-0736: folders that others on the machine can write or read', async () => {
      await send('PUT', '/api/2.0/mlflow-artifacts/artifacts/0/modes/file', {});
      const { data } = server.application.config;
      const modes = [data, ...foldersUnder(data)].map((folder) => [folder, statSync(folder).mode & 0o077]);
      expect(modes.filter(([folder, mode]) => folder === data && mode !== 0)).toEqual([]);
      expect(modes.filter(([, mode]) => (Number(mode) & 0o022) !== 0)).toEqual([]);
    });

    it('CVE-2024-37052..37060, CVE-2026-96804: pickles are never opened, and archives of others by two doors alone', () => {
      const sources = ['src', 'cli'].flatMap((folder) => textsUnder(join(import.meta.dirname, '../..', folder)));
      expect(sources.length).toBeGreaterThan(200);
      const having = (text: RegExp) => sources.filter(([, source]) => text.test(source)).map(([file]) => file);
      for (const forbidden of [
        /from '(tar(?!-stream')|[^'.]*(pickle|unzip|joblib))/i,
        /(\* as \w+ from |import\()'tar-stream'/,
        /runIn\w*Context\((?!'gc')/,
        /\beval\(/,
        /new Function\(/,
      ]) {
        expect(having(forbidden)).toEqual([]);
      }
      // The archive module refuses or skips hostile entries; other modules may only write archives.
      expect(having(/\bextract\b[^}]*\} from 'tar-stream'/).toSorted()).toEqual(['platform/archives/index.ts']);
    });

    it.each<[string, (root: string) => Partial<Header> & { name: string }]>([
      ['climbs', () => ({ name: '../../outside/passwd' })],
      ['climbs later', () => ({ name: 'a/../../../outside/passwd' })],
      ['climbs by backslashes', () => ({ name: '..\\..\\outside\\passwd' })],
      ['has an absolute name', (root) => ({ name: join(root, 'outside/passwd') })],
      ['has a link out', (root) => ({ name: 'l', type: 'symlink', linkname: join(root, 'outside') })],
      ['has a link that climbs', () => ({ name: 'l', type: 'symlink', linkname: '../../outside' })],
      ['has a hard link out', (root) => ({ name: 'l', type: 'link', linkname: join(root, 'outside/passwd') })],
      ['has a device', () => ({ name: 'd', type: 'character-device' })],
    ])('CVE-2025-15031, CVE-2025-15036: code in an archive that %s is refused', async (_, entry) => {
      const root = join(server.application.config.data, '..');
      const archive = pack();
      archive.entry(entry(root), entry(root).type === undefined ? 'overwritten' : '');
      archive.finalize();
      const type = { 'content-type': 'application/octet-stream' };
      const answer = await server.application.http.inject({
        method: 'POST',
        url: uploadPipelineCode.path,
        headers: { host: 'localhost', ...type, ...server.headers },
        payload: await buffer(archive),
      });
      expectRefused(answer);
      expect(answer.json()).toMatchObject({ code: 'archive_invalid' });
      expect(readFileSync(join(root, 'outside/passwd'), 'utf8')).toBe(SECRET);
    });

    it('CVE-2026-0596, CVE-2025-15379, CVE-2025-14287: nothing is handed to a shell', () => {
      const sources = ['src', 'cli'].flatMap((folder) => textsUnder(join(import.meta.dirname, '../..', folder)));
      const starting = sources.filter(([, text]) => text.includes('node:child_process'));
      expect(starting.length).toBeGreaterThan(0);
      for (const shell of [/\bshell\b *:/, /import \{[^}]*\bexec(Sync)?\b[^}]*\} from 'node:child_process'/]) {
        expect(starting.filter(([, text]) => shell.test(text)).map(([file]) => file)).toEqual([]);
      }
    });

    describe('CVE-2023-43472: a simple cross-site POST', () => {
      it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
        '%s',
        async (type) => {
          const urls = [
            ...PREFIXES.map((prefix) => `${prefix}/mlflow/experiments/create`),
            '/api/v1/apply',
            '/api/v1/session',
          ];
          for (const url of urls) {
            const answer = await server.application.http.inject({
              method: 'POST',
              url,
              headers: { host: 'localhost', 'content-type': type, ...server.headers },
              payload: '{"name": "forged"}',
            });
            expect([400, 415]).toContain(answer.statusCode);
            expect(String(answer.headers['content-type'])).toMatch(/json/);
          }
          const found = await send('GET', '/api/2.0/mlflow/experiments/get-by-name?experiment_name=forged');
          expect(found.statusCode).toBe(404);
        },
      );
    });

    it('CVE-2023-6568: an error is never a page, and a Content-Type that is told is not echoed', async () => {
      const hostile = '<script>alert(1)</script>';
      const urls = [
        ...PREFIXES.map((prefix) => `${prefix}/mlflow/${query(hostile)}`),
        `/${query(hostile)}`,
        '/get-artifact?path=<b>',
      ];
      for (const url of urls) {
        const answer = await send('POST', url, {}, { 'content-type': `text/html${hostile}` });
        expect(answer.statusCode).toBeGreaterThanOrEqual(400);
        expect(String(answer.headers['content-type'])).toMatch(/^application\/(problem\+)?json/);
        expect(answer.headers['x-content-type-options']).toBe('nosniff');
      }
    });

    describe('CVE-2025-14279 and mlflow#17910: DNS rebinding and cross-origin writes', () => {
      const everywhere = [
        ...PREFIXES.map((prefix) => `${prefix}/mlflow/experiments/search`),
        '/api/v1/apply',
        '/get-artifact',
      ];
      it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '0.0.0.0', 'localhost@evil.example'])(
        'the Host %s is refused with the text "Invalid Host header"',
        async (host) => {
          for (const url of everywhere) {
            const answer = await send('POST', url, {}, { host });
            expect([url, answer.statusCode]).toEqual([url, 403]);
            expect(answer.body).toContain('Invalid Host header');
          }
          for (const url of ['/health', '/version'])
            expect((await send('GET', url, undefined, { host })).statusCode).toBe(200);
        },
      );

      it.each([
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: 'http://localhost.evil.example' },
        { 'sec-fetch-site': 'cross-site' },
      ])('a write of %j is refused', async (page) => {
        for (const url of everywhere) expect([url, (await send('POST', url, {}, page)).statusCode]).toEqual([url, 403]);
      });

      it('every answer forbids framing and sniffing', async () => {
        for (const url of [...everywhere, '/', '/health', '/nothing', '/api/docs']) {
          const { headers } = await send('GET', url);
          expect([headers['x-frame-options'], headers['x-content-type-options']]).toEqual(['DENY', 'nosniff']);
          expect(headers['content-security-policy']).toMatch(/default-src '(self|none)'/);
          expect(headers['access-control-allow-origin']).toBeUndefined();
        }
      });
    });

    it('CVE-2026-33865: an artifact is an attachment in a sandbox, never a page of this server', async () => {
      await server.application.http.inject({
        method: 'PUT',
        url: `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/MLmodel.html`,
        headers: { host: 'localhost', 'content-type': 'text/html', ...server.headers },
        payload: '<script>alert(1)</script>',
      });
      const urls = [
        ...PREFIXES.map((prefix) => `${prefix}/mlflow-artifacts/artifacts/0/${runId}/artifacts/MLmodel.html`),
        `/get-artifact?run_id=${runId}&path=MLmodel.html`,
      ];
      for (const url of urls) {
        const { headers, statusCode } = await send('GET', url);
        expect(statusCode).toBe(200);
        expect(headers['content-disposition']).toMatch(/^attachment/);
        expect(headers['content-security-policy']).toContain('sandbox');
        expect(headers['x-content-type-options']).toBe('nosniff');
      }
    });

    it('CVE-2026-115886, CVE-2026-116692, CVE-2026-116691: keys in traces are neither stored nor shown, and no scorer is made', async () => {
      const secret = 'sk-ant-api03-0123456789abcdefghijklmnop';
      const traceId = kind === 'with accounts' ? '1'.repeat(32) : '2'.repeat(32);
      const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
      const span = {
        traceId,
        spanId: '1'.repeat(16),
        name: 'chat',
        startTimeUnixNano: '1700000000000000000',
        endTimeUnixNano: '1700000001000000000',
        attributes: [text('api_key', secret), text('mlflow.spanInputs', JSON.stringify({ prompt: `use ${secret}` }))],
      };
      const sent = await send(
        'POST',
        '/v1/traces',
        { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] },
        { 'x-mlflow-experiment-id': '0' },
      );
      expect([sent.statusCode, sent.body]).toEqual([200, sent.body]);
      for (const prefix of PREFIXES) {
        const shown = await send('GET', `${prefix}/mlflow/traces/get?trace_id=tr-${traceId}`);
        expect(shown.statusCode).toBe(200);
        expect(shown.body).toContain('chat');
        expect(shown.body).not.toContain(secret);
        const scorer = {
          experiment_id: '0',
          name: 's',
          serialized_scorer: '{"kwargs": {"api_base": "http://169.254.169.254"}}',
        };
        expect((await send('POST', `${prefix}/mlflow/scorers/register`, scorer)).statusCode).toBe(404);
      }
      const stored = await everythingStored(server.application);
      expect(stored).toContain(`tr-${traceId}`);
      expect(stored).not.toContain(secret);
    });

    it('CVE-2025-0453 and mlflow#16227: GraphQL is not served, so nothing can be piled up in a query', async () => {
      for (const url of ['/graphql', '/ajax-api/2.0/graphql', '/api/2.0/graphql', '/ajax-api/3.0/mlflow/graphql']) {
        expect((await send('POST', url, { query: '{ a: x b: x }' })).statusCode).toBe(404);
      }
    });

    it('CVE-2026-0545: there is no job API, and scorers are not run here', async () => {
      for (const prefix of PREFIXES) {
        for (const path of ['jobs', 'jobs/x', 'mlflow/jobs/submit', 'mlflow/scorers/register']) {
          expect((await send('POST', `${prefix}/${path}`, {})).statusCode).toBe(404);
        }
      }
    });
  });

  describe('with accounts alone', () => {
    let doors: Awaited<ReturnType<typeof openDoors>>;
    beforeAll(async () => {
      doors = await openDoors({}, { database: await newDatabase() });
    });
    afterAll(() => doors?.[Symbol.asyncDispose]());
    const status = async (
      method: 'GET' | 'POST' | 'DELETE' | 'PUT',
      url: string,
      headers: Record<string, string> = {},
    ) => {
      const answer = await doors.application.http.inject({
        method,
        url,
        headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
        ...(method === 'GET' ? {} : { payload: '{}' }),
      });
      return answer.statusCode;
    };

    it('CVE-2026-0545, CVE-2026-2652: jobs and /v1/traces are behind the same door as everything', async () => {
      for (const url of ['/v1/traces', '/api/3.0/jobs', '/ajax-api/3.0/jobs'])
        expect(await status('POST', url)).toBe(401);
    });

    it('CVE-2024-4263: who may log may not delete artifacts', async () => {
      for (const prefix of PREFIXES) {
        expect(await status('DELETE', `${prefix}/mlflow-artifacts/artifacts/0/x`, doors.as('contributor'))).toBe(403);
      }
    });

    it('CVE-2026-2651: multipart uploads ask for the leave to write', async () => {
      for (const prefix of PREFIXES) {
        for (const step of ['create', 'complete', 'abort']) {
          const url = `${prefix}/mlflow-artifacts/mpu/${step}/0/x`;
          expect(await status('POST', url)).toBe(401);
          expect(await status('POST', url, doors.as('viewer'))).toBe(403);
        }
      }
    });

    it('CVE-2026-33866: every spelling of a logged model’s artifacts asks for the same leave', async () => {
      for (const prefix of PREFIXES) {
        for (const path of ['artifacts/files?artifact_file_path=x', 'artifacts/directories']) {
          expect(await status('GET', `${prefix}/mlflow/logged-models/m-1/${path}`)).toBe(401);
        }
      }
      expect(await status('GET', '/model-versions/get-artifact?name=m&version=1&path=x')).toBe(401);
      expect(await status('GET', '//model-versions/get-artifact?name=m&version=1&path=x')).toBe(401);
    });

    it('CVE-2026-2635: no credentials are known in advance', async () => {
      for (const [name, password] of [
        ['admin', 'password1234'],
        ['admin', 'admin'],
        ['admin', ''],
        ['root', 'root'],
      ]) {
        const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
        expect(await status('GET', '/api/v1/accounts', { authorization })).toBe(401);
      }
    });

    it('CVE-2025-1473: nobody signs up, and a login from another site is refused', async () => {
      expect(await status('POST', '/signup')).toBe(401);
      expect(await status('POST', '/api/v1/accounts')).toBe(401);
      expect(await status('POST', '/api/v1/session', { origin: 'https://evil.example' })).toBe(403);
    });
  });
});

/** Complete content of the store as text: the bytes of its files, or every row of every table. */
async function everythingStored({ config, store }: Application): Promise<string> {
  if (store.engine === 'sqlite') {
    const files = ['store.db', 'store.db-wal'].map((file) => join(config.data, file));
    return files.map((file) => readFileSync(file, 'latin1')).join('');
  }
  const tables = await raw<{ name: string }>`
    select format('%I', table_name) as name from information_schema.tables where table_schema = 'public'
  `.execute(store.tables());
  const rows = await Promise.all(
    tables.rows.map(({ name }) =>
      raw<{ row: string }>`select t::text as row from ${raw.raw(name)} t`.execute(store.tables()),
    ),
  );
  return rows.flatMap((one) => one.rows.map(({ row }) => row.replaceAll(BYTES, bytesAsText))).join('\n');
}

const BYTES = /\\+x((?:[0-9a-f]{2})+)/g;

/** PostgreSQL writes bytes as hexadecimal digits, which would hide a secret. */
function bytesAsText(_whole: string, digits: string): string {
  return Buffer.from(digits, 'hex').toString('latin1');
}

function foldersUnder(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

function textsUnder(root: string): [string, string][] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?!.*\.(test|testing)\.ts$).*\.ts$/.test(name))
    .map((name) => [name, readFileSync(join(root, name), 'utf8')]);
}
