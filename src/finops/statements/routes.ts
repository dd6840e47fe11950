import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type Download, handle, handleDownload, type Route } from '../../platform/http/index.ts';
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
    handle(listStatements, ({ query }) => readOverview(deps, query)),
    handle(getStatement, ({ params, query }) => readLiveFacts(deps, params.team, query)),
    handleDownload(getStatementHtml, async ({ params, query }) => {
      const facts = await readLiveFacts(deps, params.team, query);
      return buildHtmlFile(facts, buildStatementPage(facts, null));
    }),
    handleDownload(getStatementCsv, async ({ params, query }) => {
      const facts = await readLiveFacts(deps, params.team, query);
      return buildCsvFile(facts, buildStatementCsv(facts, null));
    }),
  ];
}

async function readLiveFacts(deps: StatementsDeps, word: string, question: StateQuestion): Promise<StatementFacts> {
  const facts = await readStatementFacts(deps, await findStatementState(deps, question), parseTeam(word));
  if (facts !== null) return facts;
  const detail = `Team "${word}" has no cost in ${question.period}, nor in the month before. List the teams with: steelyard statement list --period ${question.period}`;
  throw new AppError('statement_not_found', detail, { team: word, period: question.period });
}

function createIssuedRoutes(deps: StatementsDeps): Route[] {
  return [
    handle(issueStatements, async ({ body: { period, allowProvisional, why = null }, actor }) => ({
      issued: await issue(deps, { period, allowProvisional, why, actor }),
    })),
    handle(listIssuedStatements, async ({ query: { period = null, team, pageSize, pageToken } }) => {
      const asked = { period, team };
      const [before = null] = pageToken === undefined ? [] : decodePageToken(pageToken, asked).map(Number);
      const chosen = team === undefined ? undefined : parseTeam(team);
      const found = await findStatementPage(deps.store, { period, team: chosen, before, limit: pageSize + 1 });
      const statements = found.slice(0, pageSize);
      const last = statements.at(-1);
      const more = found.length > pageSize && last !== undefined;
      return { statements, nextPageToken: more ? encodePageToken([last.number], asked) : null };
    }),
    handle(getIssuedStatement, async ({ params: { number } }) => {
      const { issued, facts } = await requireIssuedStatement(deps, number);
      return { issued, facts };
    }),
    handleDownload(getIssuedStatementHtml, async ({ params: { number } }) => {
      const { facts, files } = await requireIssuedStatement(deps, number);
      return buildHtmlFile(facts, files.html, number);
    }),
    handleDownload(getIssuedStatementCsv, async ({ params: { number } }) => {
      const { facts, files } = await requireIssuedStatement(deps, number);
      return buildCsvFile(facts, files.csv, number);
    }),
  ];
}

async function requireIssuedStatement({ store }: StatementsDeps, number: number) {
  const found = await findStatement(store, number);
  if (found !== null) return found;
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
