import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeclaredRoute } from '../../src/platform/http/index.ts';
import { onEachStore } from '../support/stores.ts';
import { openCompany } from './team-company.ts';
import { CONTENT, createLeakSearch } from './team-markers.ts';
import { type Caller, type Company, OWNERS, type Owner, type Seeded } from './team-owners.ts';
import { READERS } from './team-readers.ts';
import { buildRequests, type Described, normalise, readDescribed } from './team-requests.ts';
import { WRITES } from './team-writers.ts';

const LIMITED = ['alice', 'bob', 'carol', 'finance', 'leader'] as const;

/** The catch-all of MLflow's routes, whose only answer is that there is no such route. */
const isCatchAll = ({ url }: DeclaredRoute) => /^\/(ajax-)?api\/[23]\.0\/\*$/.test(url);

const isRead = ({ method, scope }: DeclaredRoute) => method === 'GET' || (method === 'POST' && scope.endsWith('.read'));

const nameRoute = ({ method, url }: Pick<DeclaredRoute, 'method' | 'url'>) => `${method} ${normalise(url)}`;

onEachStore(({ newDatabase }) => {
  let company: Company;
  let described: ReadonlyMap<string, Described>;
  beforeAll(async () => {
    company = await openCompany(await newDatabase());
    described = await readDescribed(company);
  }, 180_000);
  afterAll(() => company?.[Symbol.asyncDispose]());

  /** One of each route that needs an account; those of MLflow once, not under each prefix. */
  function listRoutes(isWanted: (route: DeclaredRoute) => boolean): DeclaredRoute[] {
    const { declaredRoutes } = company.doors.application.http;
    const wanted = declaredRoutes.filter(
      (route) => route.scope !== 'open' && route.method !== 'HEAD' && !isCatchAll(route) && isWanted(route),
    );
    return [...new Map(wanted.map((route) => [nameRoute(route), route])).values()];
  }

  /** Sends the requests of a route about the things of an owner. */
  async function ask(
    caller: Caller,
    route: DeclaredRoute,
    owner: Owner,
    check: (text: string, request: string) => void = () => undefined,
  ): Promise<Set<number>> {
    const statuses = new Set<number>();
    const about = { owner, seeded: company.seeded.get(owner) as Seeded };
    for (const { method, url, body } of buildRequests(route, described.get(`${route.method} ${route.url}`), about)) {
      const { status, text } = await company.call(caller, method, url, body);
      if (status === 500) throw new Error(`${caller} ${method} ${url}: ${text}`);
      statuses.add(status);
      check(text, `${method} ${url} ${JSON.stringify(body ?? {})}`);
    }
    return statuses;
  }

  describe('every route that reads', () => {
    it('is known, with those who may read it', { timeout: 300_000 }, async () => {
      const found: Record<string, string> = {};
      for (const route of listRoutes(isRead)) {
        const readers: string[] = [];
        for (const caller of ['alice', 'finance', 'leader'] as const) {
          const statuses = await ask(caller, route, 'alpha');
          // Some of the requests of a route lack a required field.
          const isAnswered = [...statuses].some((status) => status !== 403 && status !== 400);
          if (isAnswered || !statuses.has(403)) readers.push(caller);
        }
        found[nameRoute(route)] = readers.join(' ');
      }
      const known = Object.entries(READERS).flatMap(([readers, routes]) => routes.map((route) => [route, readers]));
      expect(found).toEqual(Object.fromEntries(known));
    });

    it.each(['alice', 'bob', 'carol'] as const)(
      'has nothing of other teams for %s',
      { timeout: 600_000 },
      async (caller) => {
        const findLeak = createLeakSearch(caller);
        const leaks: string[] = [];
        for (const route of listRoutes(isRead)) {
          for (const owner of OWNERS) {
            await ask(caller, route, owner, (text, request) => {
              const leak = findLeak(text, request, owner);
              if (leak !== null) leaks.push(`${leak} in ${request}: ${text.slice(0, 400)}`);
            });
          }
        }
        expect(leaks).toEqual([]);
      },
    );

    it.each(['finance', 'leader'] as const)('has no content of runs for %s', { timeout: 300_000 }, async (caller) => {
      const leaks: string[] = [];
      for (const route of listRoutes(isRead)) {
        await ask(caller, route, 'alpha', (text, request) => {
          const leak = CONTENT.find((content) => text.includes(content) && !request.includes(content));
          if (leak !== undefined) leaks.push(`${leak} in ${request}: ${text.slice(0, 400)}`);
        });
      }
      expect(leaks).toEqual([]);
    });

    it('is refused to administrators nowhere', { timeout: 300_000 }, async () => {
      const refused: string[] = [];
      for (const route of listRoutes(isRead)) {
        const statuses = await ask('admin', route, 'beta');
        if (statuses.has(403)) refused.push(nameRoute(route));
      }
      expect(refused).toEqual([]);
    });
  });

  describe('every route that writes', () => {
    it('is known', () => {
      const known = [...WRITES.ofThings, ...WRITES.ofRoles, ...WRITES.ofAccounts];
      expect(
        listRoutes((route) => !isRead(route))
          .map(nameRoute)
          .toSorted(),
      ).toEqual(known.toSorted());
    });

    it.each(LIMITED)('changes and shows nothing of other teams for %s', { timeout: 300_000 }, async (caller) => {
      const findLeak = createLeakSearch(caller);
      const ofThings = new Set(WRITES.ofThings);
      const wrong: string[] = [];
      for (const route of listRoutes((one) => !isRead(one))) {
        // Finance writes prices and rules of costs, for everybody.
        if (caller === 'finance' && /^(finops|platform\.apply)/.test(route.scope)) continue;
        for (const owner of caller === 'bob' ? (['alpha', 'nobody'] as const) : (['beta', 'nobody'] as const)) {
          const statuses = await ask(caller, route, owner, (text, request) => {
            const leak = findLeak(text, request, owner);
            if (leak !== null) wrong.push(`${leak} in ${request}: ${text.slice(0, 400)}`);
          });
          const isDone = [...statuses].some((status) => status < 300);
          if (isDone && ofThings.has(nameRoute(route))) wrong.push(`${nameRoute(route)} of ${owner} is done`);
        }
      }
      expect(wrong).toEqual([]);
    });
  });
});
