import { BudgetName, BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import { type DocumentKind, formatDocument } from '../document-form/document.ts';

/** Budgets as documents with a form. */
export const budgetKind: DocumentKind<BudgetSpec> = {
  kind: 'Budget',
  name: BudgetName,
  spec: BudgetSpec,
  formPaths: [
    ...['amount', 'currency', 'every', 'timeZone', 'from', 'until', 'rollOver', 'enforcement', 'owner', 'parent'],
    ...['warnAt', 'forecastAt', 'subject.team', 'subject.project', 'subject.pipeline', 'subject.model'],
    ...['subject.environment', 'subject.purpose', 'subject.experiment', 'subject.run'],
  ],
};

/** Text of a new budget. */
export const NEW_BUDGET = formatDocument('Budget', '', {
  subject: {},
  amount: '',
  currency: 'USD',
  every: 'month',
  enforcement: 'soft',
  warnAt: [0.8, 1],
});

/** `80` -> 0.8. A word that is not a number becomes NaN, so that the schema rejects it. */
export function parsePercent(word: string): number {
  return Number((Number(word.replace('%', '')) / 100).toFixed(6));
}

/** 0.333 -> `33.3`. */
export function formatPercentNumber(ratio: unknown): string {
  return typeof ratio === 'number' ? String(Number((ratio * 100).toFixed(4))) : String(ratio);
}
