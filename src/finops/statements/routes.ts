import type { z } from 'zod';
import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { AppError } from '../../platform/errors/index.ts';
import {
  type Download,
  handle,
  handleDownload,
  type Identity,
  isMoneyVisible,
  limitMoney,
  type Route,
  refuseHidden,
} from '../../platform/http/index.ts';
import { buildStatementCsv } from './csv.ts';
import { type IssueDeps, issueStatements as issue } from './issue.ts';
import { readStatementFacts } from './month.ts';
import { type OverviewDeps, readOverview } from './overview.ts';
import { buildStatementPage } from './page/index.ts';
import {
  getIssuedStatement,
  getIssuedStatementCsv,
  getIssuedStatementHtml,
  getStatement,
  getStatementCsv,
  getStatementHtml,
  issueStatements,
  listIssuedStatements,
  listStatements,
  type StatementFacts,
} from './schema.ts';
import { findStatementState, type StateQuestion } from './stand.ts';
import { findStatement, findStatementPage } from './store.ts';
import { formatTeam, parseTeam } from './team.ts';

export type StatementsDeps = IssueDeps & OverviewDeps;

export function createStatementRoutes(deps: StatementsDeps): Route[] {
  return [...createLiveRoutes(deps), ...createIssuedRoutes(deps)];
}

function createLiveRoutes(deps: StatementsDeps): Route[] {
  return [
    handle(listStatements, async ({ query, identity }) => {
      const overview = await readOverview(deps, query);
      const teams = limitMoney(identity);
      return teams === null ? overview : limitOverview(overview, teams);
    }),
    handle(getStatement, ({ params, query, identity }) => readLiveFacts(deps, identity, params.team, query)),
    handleDownload(getStatementHtml, async ({ params, query, identity }) => {
      const facts = await readLiveFacts(deps, identity, params.team, query);
      return buildHtmlFile(facts, buildStatementPage(facts, null));
    }),
    handleDownload(getStatementCsv, async ({ params, query, identity }) => {
      const facts = await readLiveFacts(deps, identity, params.team, query);
      return buildCsvFile(facts, buildStatementCsv(facts, null));
    }),
  ];
}

/** The statements of these teams, without the bill that all statements add up to. */
function limitOverview<Overview extends z.infer<typeof listStatements.response>>(
  overview: Overview,
  teams: readonly string[],
): Overview {
  const statements = overview.statements.filter(({ team }) => team !== null && teams.includes(team));
  return { ...overview, statements, bill: [], reporting: null, partial: { teams: [...teams] } };
}

async function readLiveFacts(
  deps: StatementsDeps,
  identity: Identity,
  word: string,
  question: StateQuestion,
): Promise<StatementFacts> {
  const team = parseTeam(word);
  requireVisible(identity, team);
  const facts = await readStatementFacts(deps, await findStatementState(deps, question), team);
  if (facts !== null) return facts;
  const detail = `Team "${word}" has no cost in ${question.period}, nor in the month before. List the teams with: steelyard statement list --period ${question.period}`;
  throw new AppError('statement_not_found', detail, { team: word, period: question.period });
}

function createIssuedRoutes(deps: StatementsDeps): Route[] {
  return [
    handle(issueStatements, async ({ body: { period, allowProvisional, why = null }, actor }) => ({
      issued: await issue(deps, { period, allowProvisional, why, actor }),
    })),
    handle(listIssuedStatements, async ({ query: { period = null, team, pageSize, pageToken }, identity }) => {
      const asked = { period, team };
      const [before = null] = pageToken === undefined ? [] : decodePageToken(pageToken, asked).map(Number);
      const chosen = team === undefined ? undefined : parseTeam(team);
      const found = await findStatementPage(deps.store, {
        ...{ period, team: chosen, before, limit: pageSize + 1 },
        only: limitMoney(identity),
      });
      const statements = found.slice(0, pageSize);
      const last = statements.at(-1);
      const more = found.length > pageSize && last !== undefined;
      return { statements, nextPageToken: more ? encodePageToken([last.number], asked) : null };
    }),
    handle(getIssuedStatement, async ({ params: { number }, identity }) => {
      const { issued, facts } = await requireIssuedStatement(deps, identity, number);
      return { issued, facts };
    }),
    handleDownload(getIssuedStatementHtml, async ({ params: { number }, identity }) => {
      const { facts, files } = await requireIssuedStatement(deps, identity, number);
      return buildHtmlFile(facts, files.html, number);
    }),
    handleDownload(getIssuedStatementCsv, async ({ params: { number }, identity }) => {
      const { facts, files } = await requireIssuedStatement(deps, identity, number);
      return buildCsvFile(facts, files.csv, number);
    }),
  ];
}

/** A statement is of one team, or of the unallocated cost, which only those see who see all costs. */
function requireVisible(identity: Identity, team: string | null): void {
  if (isMoneyVisible(identity, team === null ? {} : { team })) return;
  throw refuseHidden(identity, team === null ? 'Unallocated cost' : `The statement of team "${team}"`);
}

async function requireIssuedStatement({ store }: StatementsDeps, identity: Identity, number: number) {
  const found = await findStatement(store, number);
  if (found !== null) {
    requireVisible(identity, found.facts.team);
    return found;
  }
  const detail = `There is no statement ${number}. List the issued statements with: steelyard statement list --issued`;
  throw new AppError('statement_not_found', detail, { number });
}

function buildHtmlFile(facts: StatementFacts, content: string, number?: number): Download {
  return { contentType: 'text/html; charset=utf-8', filename: `${buildFileName(facts, number)}.html`, content };
}

function buildCsvFile(facts: StatementFacts, content: string, number?: number): Download {
  return { contentType: 'text/csv; charset=utf-8', filename: `${buildFileName(facts, number)}.csv`, content };
}

function buildFileName({ team, period }: StatementFacts, number?: number): string {
  return `statement-${period}-${formatTeam(team).toLowerCase()}${number === undefined ? '' : `-${number}`}`;
}
