import { describe, expect, it } from 'vitest';
import { BudgetName, BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import { type DocumentKind, formatDocument, getIn, readDocument, setInDocument } from './document.ts';

const KIND: DocumentKind<BudgetSpec> = {
  kind: 'Budget',
  name: BudgetName,
  spec: BudgetSpec,
  formPaths: ['subject.team', 'amount', 'currency', 'warnAt'],
};
const TEXT = `# Agreed with finance
apiVersion: steelyard/v1
kind: Budget
metadata:
  name: recs
spec:
  subject: {team: recs, purpose: training} # all of it
  amount: '200'
  currency: USD
  notify: [{slack: {url: env:CHAT}}]
`;

describe('a document', () => {
  it('is read with its spec, and names the fields that the form does not show', () => {
    const { valid, values, hidden, problems } = readDocument(TEXT, KIND);
    expect(valid).toMatchObject({ name: 'recs', spec: { amount: '200', every: 'month' } });
    expect(getIn(values, ['subject', 'team'])).toBe('recs');
    expect(hidden).toEqual(['subject.purpose', 'notify']);
    expect(problems).toEqual([]);
    const kind = { ...KIND, formPaths: ['subject', 'amount', 'currency', 'notify.*.webhook'] };
    expect(readDocument(TEXT, kind).hidden).toEqual(['notify.0.slack']);
  });

  it('keeps its comments and other fields when a value is changed, added or removed', () => {
    const changed = setInDocument(TEXT, ['spec', 'amount'], '300');
    expect(changed).toContain('# Agreed with finance');
    expect(changed).toContain('# all of it');
    const added = setInDocument(changed, ['spec', 'warnAt'], [0.5]);
    const removed = setInDocument(added, ['spec', 'subject', 'team'], undefined);
    expect(readDocument(removed, KIND).valid?.spec).toMatchObject({
      amount: '300',
      warnAt: [0.5],
      subject: { purpose: 'training' },
      notify: [{ slack: { url: 'env:CHAT' } }],
    });
  });

  it('has the problems of its schema with path and line', () => {
    const wrong = TEXT.replace("'200'", '5 €').replace('name: recs', 'name: Recs');
    expect(readDocument(wrong, KIND).problems.map(({ path, line }) => [path, line])).toEqual([
      ['metadata.name', 5],
      ['spec.amount', 8],
    ]);
    expect(readDocument(wrong, KIND).valid).toBeNull();
  });

  it('that is not YAML has the line of the error, and is not changed', () => {
    const broken = `${TEXT}  warnAt: [`;
    expect(readDocument(broken, KIND)).toMatchObject({ values: null, problems: [{ line: expect.any(Number) }] });
    expect(setInDocument(broken, ['spec', 'amount'], '1')).toBe(broken);
    expect(readDocument('only text', KIND).problems).toHaveLength(1);
  });

  it('is written and read again', () => {
    const spec = { subject: {}, amount: '12', currency: 'EUR' };
    expect(readDocument(formatDocument('Budget', 'all', spec), KIND).valid).toMatchObject({ name: 'all', spec });
  });
});
