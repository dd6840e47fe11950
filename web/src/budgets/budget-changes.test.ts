import { expect, it } from 'vitest';
import { BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import { formatDocument, readDocument } from '../document-form/document.ts';
import { listChanges } from './budget-changes.ts';
import { budgetKind, formatPercentNumber, NEW_BUDGET, parsePercent } from './budget-kind.ts';

const SPEC = BudgetSpec.parse({
  subject: { team: 'recs', purpose: 'training' },
  amount: '200',
  currency: 'EUR',
  warnAt: [0.5, 0.333],
  notify: [{ email: { to: 'ml@example.org' } }],
});

it('lists the changed settings', () => {
  const after = { ...SPEC, amount: '300', subject: { team: 'ads' } };
  expect(listChanges(SPEC, after)).toEqual([
    'subject: {"team":"recs","purpose":"training"} to {"team":"ads"}',
    'amount: 200 to 300',
  ]);
  expect(listChanges(SPEC, SPEC)).toEqual([]);
});

it('a budget is the same after it was written as YAML; only its recipients are not in the form', () => {
  const { valid, hidden } = readDocument(formatDocument('Budget', 'recs', SPEC), budgetKind);
  expect(valid).toEqual({ name: 'recs', spec: SPEC });
  expect(hidden).toEqual(['notify']);
});

it('a new budget lacks its name and amount', () => {
  expect(readDocument(NEW_BUDGET, budgetKind).problems.map(({ path }) => path)).toEqual([
    'metadata.name',
    'spec.amount',
  ]);
});

it('thresholds are typed in per cent', () => {
  expect(['80', '33.3%'].map(parsePercent)).toEqual([0.8, 0.333]);
  expect(parsePercent('x')).toBeNaN();
  expect([0.8, 0.333, 'x'].map(formatPercentNumber)).toEqual(['80', '33.3', 'x']);
});
