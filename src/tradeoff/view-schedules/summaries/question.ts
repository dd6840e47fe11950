import type { Scope } from '../../../platform/contract/schema.ts';
import type { Read } from '../../../platform/http/index.ts';
import { decimal, formatMoneyText, type Money, sumDecimals } from '../../../platform/units/index.ts';
import type { AttentionOwners } from '../../attention/index.ts';
import type { ViewSummary } from '../schema.ts';

/** Most lines of a message. */
export const MOST_LINES = 5;

export type SummaryOwners = Pick<AttentionOwners, 'ofSubject' | 'ofModel'>;

export interface SummaryQuestion {
  /** Answers of the endpoints that the page reads. */
  readonly read: Read;
  readonly owners: SummaryOwners;
  /** Parameters of the address of the view. */
  readonly search: URLSearchParams;
  /** Team of the view; null: all teams. */
  readonly team: string | null;
}

/** Figures of a page for a message. */
export interface PageSummary {
  /** Scopes of the endpoints that it reads. */
  readonly scopes: readonly Scope[];
  readonly read: (question: SummaryQuestion) => Promise<ViewSummary>;
}

type Line = ViewSummary['lines'][number];

/** The first lines, and the number of the others. */
export function cutLines(lines: readonly Line[]): Pick<ViewSummary, 'lines' | 'others'> {
  return { lines: lines.slice(0, MOST_LINES), others: Math.max(0, lines.length - MOST_LINES) };
}

/** A line with its exact amount in addition to the text; null: it has no amount. */
export function toLine(label: string, text: string, money: Money | null = null): Line {
  return { label, text, amount: money?.amount ?? null, currency: money?.currency ?? null };
}

/** Money in a sentence, in cents. */
export function describeMoney({ amount, currency }: Money): string {
  return formatMoneyText({ amount: decimal(amount).toFixed(2), currency });
}

/** Sums by currency as text: `$1,200 and €40`; null without an amount. */
export function describeSums(money: readonly Money[]): string | null {
  const byCurrency = Map.groupBy(money, ({ currency }) => currency);
  const sums = [...byCurrency].map(([currency, own]) =>
    describeMoney({ amount: sumDecimals(own.map(({ amount }) => amount)), currency }),
  );
  return sums.length === 0 ? null : sums.join(' and ');
}

/** `1 budget`, `3 budgets`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The query of a team; empty for all. */
export function ofTeam(team: string | null): { readonly team?: string } {
  return team === null ? {} : { team };
}
