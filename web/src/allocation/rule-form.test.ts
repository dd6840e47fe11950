import { describe, expect, it } from 'vitest';
import { readDocument } from '../document-form/document.ts';
import { listFormRules, moveRuleUp, removeRule, rulesKind, setCondition, setRuleField } from './rule-form.ts';

const TEXT = `apiVersion: steelyard/v1
kind: AllocationRules
metadata: { name: rules }
spec:
  rules:
    # the search accounts
    - name: search
      match: { subAccountName: [search-prod, sub-search] }
      subject: { team: search, environment: prod }
    - name: lake
      match: { serviceName: S3, 'tag:pool': null }
      split: { method: even }
    - name: rest
      match: { serviceName: '*' }
      subject: { team: platform, project: lake }
`;

const names = (text: string) => listFormRules(readDocument(text, rulesKind).values).map(({ name }) => name);

describe('rules as a form', () => {
  it('have their conditions and receiver as fields, and name what is left to the YAML', () => {
    const rules = listFormRules(readDocument(TEXT, rulesKind).values);
    expect(rules).toEqual([
      {
        name: 'search',
        conditions: [{ dimension: 'subAccountName', values: 'search-prod, sub-search' }],
        receiver: { team: 'search', project: '' },
        hidden: ['subject.environment'],
      },
      {
        name: 'lake',
        conditions: [
          { dimension: 'serviceName', values: 'S3' },
          { dimension: 'tag:pool', values: null },
        ],
        receiver: null,
        hidden: ['split'],
      },
      {
        name: 'rest',
        conditions: [{ dimension: 'serviceName', values: '*' }],
        receiver: { team: 'platform', project: 'lake' },
        hidden: [],
      },
    ]);
    expect(listFormRules(null)).toEqual([]);
  });

  it('change one field and keep the comments and the other rules', () => {
    const { values } = readDocument(TEXT, rulesKind);
    const moved = setRuleField(TEXT, 0, ['subject', 'team'], 'ads');
    const changed = setCondition(moved, 1, 'serviceName', { dimension: 'serviceName', values: 'S3, EBS' }, values);
    expect(changed).toContain('# the search accounts');
    expect(readDocument(changed, rulesKind).valid?.spec.rules.slice(0, 2)).toMatchObject([
      { subject: { team: 'ads', environment: 'prod' } },
      { match: { serviceName: ['S3', 'EBS'], 'tag:pool': null }, split: { method: 'even' } },
    ]);
    expect(readDocument(setRuleField(TEXT, 2, ['subject', 'project'], ''), rulesKind).valid?.spec.rules[2]).toEqual(
      expect.objectContaining({ subject: { team: 'platform' } }),
    );
  });

  it('are removed and moved up', () => {
    expect(names(removeRule(TEXT, 1))).toEqual(['search', 'rest']);
    const { values } = readDocument(TEXT, rulesKind);
    expect(names(moveRuleUp(TEXT, 2, values))).toEqual(['search', 'rest', 'lake']);
    expect(moveRuleUp(TEXT, 0, values)).toBe(TEXT);
  });
});
