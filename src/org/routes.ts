import { decodePageToken, encodePageToken } from '../platform/contract/page-token.ts';
import { handle, limitMoney, type Route } from '../platform/http/index.ts';
import type { Store } from '../platform/store/index.ts';
import { listEnvironments, listProjects, listTeams } from './schema.ts';
import { type Page, pageEnvironments, pageProjects, pageTeams } from './store.ts';

export function createOrgRoutes(store: Store): Route[] {
  return [
    handle(listTeams, async ({ query, identity }) => {
      const only = limitMoney(identity);
      const { rows, nextPageToken } = await pageByName(query, 'teams', (page) => pageTeams(store, page, only));
      return { teams: rows, nextPageToken };
    }),
    handle(listProjects, async ({ query, identity }) => {
      const { team = null } = query;
      const only = limitMoney(identity);
      const { rows, nextPageToken } = await pageByName(query, { team }, (page) =>
        pageProjects(store, { team, only }, page),
      );
      return { projects: rows, nextPageToken };
    }),
    handle(listEnvironments, async ({ query }) => {
      const { rows, nextPageToken } = await pageByName(query, 'environments', (page) => pageEnvironments(store, page));
      return { environments: rows, nextPageToken };
    }),
  ];
}

/** One page by name: a row more than is shown tells whether there is a next one. */
async function pageByName<Row extends { readonly name: string }>(
  asked: { readonly pageSize: number; readonly pageToken?: string | undefined },
  question: unknown,
  read: (page: Page) => Promise<Row[]>,
): Promise<{ rows: Row[]; nextPageToken: string | null }> {
  const [name] = asked.pageToken === undefined ? [] : decodePageToken(asked.pageToken, question);
  const found = await read({ after: name === undefined ? null : String(name), limit: asked.pageSize + 1 });
  const rows = found.slice(0, asked.pageSize);
  const last = rows.at(-1);
  const more = found.length > rows.length && last !== undefined;
  return { rows, nextPageToken: more ? encodePageToken([last.name], question) : null };
}
