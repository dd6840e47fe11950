import { describe, expect, it } from 'vitest';
import { BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import { listChanges, NEW_BUDGET, readDraft, toDraft } from './budget-draft.ts';

const SPEC = BudgetSpec.parse({
  subject: { team: 'recs', purpose: 'training' },
  amount: '200',
  currency: 'EUR',
  warnAt: [0.5, 0.333],
  notify: [{ email: { to: 'ml@example.org' } }],
});

describe('a budget in the form', () => {
  it('is what it was when nothing is typed, also where the form does not ask', () => {
    expect(readDraft(toDraft('recs', SPEC), SPEC)).toEqual({ name: 'recs', spec: SPEC, problems: null });
  });

  it('says what is wrong by field, in the words of the schema', () => {
    const { problems } = readDraft(
      { ...NEW_BUDGET, name: 'Not this', amount: '5 €', timeZone: 'Mars', warnAt: 'x' },
      null,
    );
    expect([...(problems ?? [])].map(([field]) => field).toSorted()).toEqual(['amount', 'name', 'timeZone', 'warnAt']);
    expect(problems?.get('amount')).toContain('12.50');
  });

  it('takes bounds only for one that is given once, which rolls nothing over', () => {
    const draft = { ...NEW_BUDGET, name: 'a', amount: '1', from: '2026-11-01T00:00:00Z', rollOver: 'unspent' } as const;
    expect(readDraft(draft, null).spec).toMatchObject({ every: 'month', rollOver: 'unspent' });
    expect(readDraft({ ...draft, every: 'once' }, null).spec).toMatchObject({ from: draft.from, rollOver: 'none' });
  });

  it('says what a change changes', () => {
    const after = { ...SPEC, amount: '300', subject: { team: 'ads' } };
    expect(listChanges(SPEC, after)).toEqual([
      'subject: {"team":"recs","purpose":"training"} to {"team":"ads"}',
      'amount: 200 to 300',
    ]);
    expect(listChanges(SPEC, SPEC)).toEqual([]);
  });
});
