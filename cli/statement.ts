import type { Readable } from 'node:stream';
import { z } from 'zod';
import { DeliveryId } from '../src/finops/billing/schema.ts';
import {
  getIssuedStatement,
  getIssuedStatementCsv,
  getIssuedStatementHtml,
  getStatement,
  getStatementCsv,
  getStatementHtml,
  type IssuedStatement,
  issueStatements,
  listIssuedStatements,
  listStatements,
  type StatementFacts,
} from '../src/finops/statements/schema.ts';
import { Currency, Month } from '../src/platform/units/schema.ts';
import type { Client } from './connection/client.ts';
import { passOn, refuseBothFormats, saveTo } from './downloads.ts';
import { command, type InputOf } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted } from './output/amounts.ts';
import { issuedTable, overviewText, statementText } from './statement-text.ts';

const period = { value: 'YYYY-MM', schema: Month, required: true, describe: 'Billing period' } as const;
const basis = {
  basis: {
    value: 'ID',
    describe: 'State of the ledger with this basis id from a statement; the current state by default',
  },
  previousBasis: { value: 'ID', describe: 'The same for the previous month' },
  delivery: { value: 'ID', schema: DeliveryId, describe: 'State of the ledger when this delivery was last active' },
  currency: {
    value: 'CODE',
    schema: Currency,
    describe: 'Also convert totals to this currency at the exchange rate of each charge day',
  },
} as const;

const listCommand = command({
  path: ['statement', 'list'],
  summary: 'List the cost of every team for a month; with unallocated cost, it sums to the bill',
  example: 'steelyard statement list --period 2026-10\nsteelyard statement list --issued',
  needs: 'server',
  options: {
    period: { value: 'YYYY-MM', schema: Month, describe: 'Billing period; optional with --issued' },
    ...basis,
    issued: { describe: 'List issued statements instead, newest first' },
    ...limitOption,
  },
  run: async (context, { issued, limit, period: month, ...request }) => {
    if (issued) return listIssued(context, month, limit);
    if (month === undefined)
      throw new CommandError('usage', 'Give --period YYYY-MM, or --issued for issued statements.');
    const client = await context.client();
    const overview = await client.call(listStatements, { query: { period: month, ...request } });
    await context.answer(overview, () => overviewText(overview, context.paint));
    return 0;
  },
});

async function listIssued(context: Context, month: string | undefined, limit: number): Promise<number> {
  const client = await context.client();
  const query = month === undefined ? {} : { period: month };
  const page = await readPages(client, listIssuedStatements, query, 'statements', limit);
  await context.answer(page, () => (page.statements.length === 0 ? '' : issuedTable(page.statements, context.paint)));
  if (page.statements.length === 0) {
    await context.remark('No statement was issued yet. steelyard statement issue --period YYYY-MM');
  }
  const more = moreText(page);
  if (more !== null) await context.remark(more);
  return 0;
}

const fileOptions = {
  csv: { describe: 'Print CSV with all digits' },
  html: { value: 'FILE', describe: 'Write a self-contained page for printing' },
} as const;

const showOptions = {
  period: { value: 'YYYY-MM', schema: Month, describe: 'Billing period; required without --number' },
  number: {
    value: 'N',
    schema: z.coerce.number('a whole number').int('a whole number').min(1, 'one or more'),
    describe: 'Number of an issued statement',
  },
  ...basis,
  ...fileOptions,
} as const;
const showPositionals = {
  team: { optional: true, describe: 'Team; "-" for unallocated cost; omitted with --number' },
} as const;

const showCommand = command({
  path: ['statement', 'show'],
  summary: 'Show the cost of a team for a month, or an issued statement',
  example:
    'steelyard statement show search --period 2026-10\nsteelyard statement show search --period 2026-10 --html search.html\nsteelyard statement show --number 12 --csv',
  needs: 'server',
  positionals: showPositionals,
  options: showOptions,
  run: async (context, input) => {
    refuseBothFormats(context, input.csv);
    const source = chooseSource(await context.client(), toAskedStatement(input));
    if (input.html !== undefined) {
      const sizeBytes = await saveTo(input.html, await source.html());
      await context.answer({ file: input.html, sizeBytes }, () => `${input.html} written.`);
    } else if (input.csv) {
      await passOn(await source.csv(), context);
    } else {
      const { document, facts, issued } = await source.read();
      await context.answer(document, () => statementText(facts, issued, context.paint));
    }
    return 0;
  },
});

interface StatementSource {
  html(): Promise<Readable>;
  csv(): Promise<Readable>;
  read(): Promise<{ document: unknown; facts: StatementFacts; issued: IssuedStatement | null }>;
}

function chooseSource(client: Client, { number, team, ...query }: AskedStatement): StatementSource {
  if (number !== null) {
    const request = { params: { number } };
    return {
      html: () => client.download(getIssuedStatementHtml, request),
      csv: () => client.download(getIssuedStatementCsv, request),
      read: async () => {
        const document = await client.call(getIssuedStatement, request);
        return { document, ...document };
      },
    };
  }
  const request = { params: { team }, query };
  return {
    html: () => client.download(getStatementHtml, request),
    csv: () => client.download(getStatementCsv, request),
    read: async () => {
      const facts = await client.call(getStatement, request);
      return { document: facts, facts, issued: null };
    },
  };
}

interface AskedStatement {
  /** Null for a live one, which the other fields name. */
  readonly number: number | null;
  readonly team: string;
  readonly period: string;
  readonly basis?: string | undefined;
  readonly previousBasis?: string | undefined;
  readonly delivery?: string | undefined;
}

/** A statement by its number, or by its team and month. Errors: `usage`. */
function toAskedStatement(input: InputOf<typeof showPositionals, typeof showOptions>): AskedStatement {
  const { team, number, period: month, basis: id, previousBasis, delivery } = input;
  if (number !== undefined) {
    if (team === undefined && month === undefined) return { number, team: '', period: '' };
    throw new CommandError('usage', 'Give either --number N, or a team with --period YYYY-MM.');
  }
  if (team !== undefined && month !== undefined) {
    return { number: null, team, period: month, basis: id, previousBasis, delivery };
  }
  throw new CommandError('usage', 'Give a team with --period YYYY-MM, or --number N for an issued statement.');
}

const issueCommand = command({
  path: ['statement', 'issue'],
  summary: 'Issue the final, numbered statements of a month, or their corrections',
  example: 'steelyard statement issue --period 2026-10 --why "October chargeback"',
  needs: 'server',
  options: {
    period,
    allowProvisional: { describe: 'Issue a provisional month, which the cloud may still change' },
    why: { value: 'TEXT', describe: 'Reason, printed on the statements' },
  },
  run: async (context, body) => {
    const client = await context.client();
    const answer = await client.call(issueStatements, { body });
    await context.answer(answer, () => issuedText(answer.issued, context));
    return 0;
  },
});

function issuedText(issued: readonly IssuedStatement[], { paint }: Context): string {
  return `${counted(issued.length, 'statement')} issued.\n\n${issuedTable(issued, paint)}`;
}

export const statementCommands = [listCommand, showCommand, issueCommand];
