import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type Download, handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { statementCsv } from './csv.ts';
import { type IssueDeps, issueStatements as issue } from './issue.ts';
import { factsOf } from './month.ts';
import { type OverviewDeps, overviewOf } from './overview.ts';
import { statementPage } from './page/index.ts';
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
import { findStand, type StandQuestion } from './stand.ts';
import { findStatement, pageStatements } from './store.ts';
import { shownTeam, teamOf } from './team.ts';

export type StatementsDeps = IssueDeps & OverviewDeps;

export function statementRoutes(deps: StatementsDeps): Route[] {
  return [...liveRoutes(deps), ...issuedRoutes(deps)];
}

function liveRoutes(deps: StatementsDeps): Route[] {
  return [
    handle(listStatements, ({ query }) => overviewOf(deps, query)),
    handle(getStatement, ({ params, query }) => liveFacts(deps, params.team, query)),
    handleDownload(getStatementHtml, async ({ params, query }) => {
      const facts = await liveFacts(deps, params.team, query);
      return htmlFile(facts, statementPage(facts, null));
    }),
    handleDownload(getStatementCsv, async ({ params, query }) => {
      const facts = await liveFacts(deps, params.team, query);
      return csvFile(facts, statementCsv(facts, null));
    }),
  ];
}

async function liveFacts(deps: StatementsDeps, word: string, question: StandQuestion): Promise<StatementFacts> {
  const facts = await factsOf(deps, await findStand(deps, question), teamOf(word));
  if (facts !== null) return facts;
  const detail = `Team "${word}" has no cost in ${question.period}, nor in the month before. List the teams with: steelyard statement list --period ${question.period}`;
  throw new AppError('statement_not_found', detail, { team: word, period: question.period });
}

function issuedRoutes(deps: StatementsDeps): Route[] {
  return [
    handle(issueStatements, async ({ body: { period, allowProvisional, why = null }, actor }) => ({
      issued: await issue(deps, { period, allowProvisional, why, actor }),
    })),
    handle(listIssuedStatements, async ({ query: { period = null, team, pageSize, pageToken } }) => {
      const asked = { period, team };
      const [before = null] = pageToken === undefined ? [] : decodePageToken(pageToken, asked).map(Number);
      const chosen = team === undefined ? undefined : teamOf(team);
      const found = await pageStatements(deps.store, { period, team: chosen, before, limit: pageSize + 1 });
      const statements = found.slice(0, pageSize);
      const last = statements.at(-1);
      const more = found.length > pageSize && last !== undefined;
      return { statements, nextPageToken: more ? encodePageToken([last.number], asked) : null };
    }),
    handle(getIssuedStatement, async ({ params: { number } }) => {
      const { issued, facts } = await issuedStatement(deps, number);
      return { issued, facts };
    }),
    handleDownload(getIssuedStatementHtml, async ({ params: { number } }) => {
      const { facts, files } = await issuedStatement(deps, number);
      return htmlFile(facts, files.html, number);
    }),
    handleDownload(getIssuedStatementCsv, async ({ params: { number } }) => {
      const { facts, files } = await issuedStatement(deps, number);
      return csvFile(facts, files.csv, number);
    }),
  ];
}

async function issuedStatement({ store }: StatementsDeps, number: number) {
  const found = await findStatement(store, number);
  if (found !== null) return found;
  const detail = `There is no statement ${number}. List the issued statements with: steelyard statement list --issued`;
  throw new AppError('statement_not_found', detail, { number });
}

function htmlFile(facts: StatementFacts, content: string, number?: number): Download {
  return { contentType: 'text/html; charset=utf-8', filename: `${nameOf(facts, number)}.html`, content };
}

function csvFile(facts: StatementFacts, content: string, number?: number): Download {
  return { contentType: 'text/csv; charset=utf-8', filename: `${nameOf(facts, number)}.csv`, content };
}

function nameOf({ team, period }: StatementFacts, number?: number): string {
  return `statement-${period}-${shownTeam(team).toLowerCase()}${number === undefined ? '' : `-${number}`}`;
}
