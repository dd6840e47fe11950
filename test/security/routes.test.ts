import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeclaredRoute } from '../../src/platform/http/index.ts';
import { onEachStore } from '../support/stores.ts';
import { type Doors, openDoors } from './doors.ts';

/** The table of open routes in docs/security.md: `| \`GET /path\` | why |`. */
function documentedOpen(): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8');
  const [, section = ''] = page.split('## Open routes');
  const [table = ''] = section.split('\n## ');
  return [...table.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`/g)].map(([, route = '']) => route);
}

/** True where the documentation lists the route: `GET /x/*` covers all paths below, and HEAD belongs to GET. */
function isDocumented({ method, url }: DeclaredRoute, documented: readonly string[]): boolean {
  const route = `${method === 'HEAD' ? 'GET' : method} ${url}`;
  return documented.some((entry) => {
    if (entry === route) return true;
    return entry.endsWith('/assets/*') && route.startsWith(entry.slice(0, -1));
  });
}

/** An address that the route's pattern matches. */
const addressOf = (url: string): string => url.replaceAll(/:\w+/g, 'x').replaceAll('*', 'x');

onEachStore(({ newDatabase }) => {
  let doors: Doors;
  beforeAll(async () => {
    doors = await openDoors({}, { database: await newDatabase() });
  });
  afterAll(() => doors?.[Symbol.asyncDispose]());

  const routes = () => doors.application.http.declaredRoutes;

  describe('every route there is', () => {
    it('is known: the enumeration sees hundreds, in every part', () => {
      expect(routes().length).toBeGreaterThan(300);
      for (const part of [
        '/api/v1/',
        '/api/2.0/mlflow/',
        '/ajax-api/3.0/mlflow-artifacts/',
        '/get-artifact',
        '/metrics',
      ]) {
        expect(routes().some(({ url }) => url.startsWith(part))).toBe(true);
      }
    });

    it('is closed, or documented as open in docs/security.md', () => {
      const documented = documentedOpen();
      expect(documented.length).toBeGreaterThan(5);
      const open = routes().filter(({ scope }) => scope === 'open');
      const undocumented = open.filter((route) => !isDocumented(route, documented));
      expect(undocumented.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
    });

    it('that is documented as open exists', () => {
      const open = routes().filter(({ scope }) => scope === 'open');
      const built = ['GET /index.html', 'GET /favicon.svg', 'GET /first.js', 'GET /assets/*'];
      const gone = documentedOpen().filter(
        (entry) => !built.includes(entry) && !open.some((route) => isDocumented(route, [entry])),
      );
      expect(gone).toEqual([]);
    });

    it('and is not open answers 401 without credentials, whatever is sent, and touches nothing', async () => {
      const closed = routes().filter(({ scope }) => scope !== 'open');
      expect(closed.length).toBeGreaterThan(300);
      const wrong: string[] = [];
      for (const { method, url } of closed) {
        const answer = await doors.application.http.inject({
          method: method as 'GET',
          url: addressOf(url),
          headers: { host: 'localhost', 'content-type': 'application/json' },
          ...(method === 'GET' || method === 'HEAD' ? {} : { payload: '{}' }),
        });
        if (answer.statusCode !== 401) wrong.push(`${method} ${url}: ${answer.statusCode}`);
      }
      expect(wrong).toEqual([]);
    });

    it('under another spelling is closed as well', async () => {
      const spellings = [
        '//api/v1/accounts',
        '/api//v1/accounts',
        '/api/v1/%61ccounts',
        '/AJAX-api/2.0/mlflow/experiments/search',
        '/ajax-api/2.0//mlflow/experiments/search',
        '/api/v1/accounts/',
        '/api/v1/accounts;x=1',
        '/api/v1/../v1/accounts',
        '/nothing/here',
      ];
      for (const url of spellings) {
        const answer = await doors.application.http.inject({ url, headers: { host: 'localhost' } });
        expect([url, answer.statusCode]).toEqual([url, 401]);
      }
    });

    it('asks for more than a viewer has wherever it writes', async () => {
      const writing = routes().filter(({ scope }) => scope !== 'open' && !scope.endsWith('.read'));
      const self = writing.filter(({ scope }) => scope !== 'account.self');
      const wrong: string[] = [];
      for (const { method, url } of self) {
        const answer = await doors.application.http.inject({
          method: method as 'GET',
          url: addressOf(url),
          headers: { host: 'localhost', 'content-type': 'application/json', ...doors.as('viewer') },
          ...(method === 'GET' ? {} : { payload: '{}' }),
        });
        if (answer.statusCode !== 403) wrong.push(`${method} ${url}: ${answer.statusCode}`);
      }
      expect(wrong).toEqual([]);
    });

    it('that changes something is no read: a GET route asks for a read scope', () => {
      const gets = routes().filter(({ method, scope }) => method === 'GET' && scope !== 'open');
      expect(gets.filter(({ scope }) => !scope.endsWith('.read') && !scope.startsWith('account.'))).toEqual([]);
    });
  });
});
