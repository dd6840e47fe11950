import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { AllocationRule, AllocationRulesSpec } from '../../../src/finops/allocation/schema.ts';
import { rulesYaml, withRule } from './rules-yaml.ts';

const rules = [
  { name: 'tagged: all', match: { 'tag:team': '*', serviceName: null }, subject: { team: '{tag:team}' } },
  {
    name: 'pool',
    match: { subAccountName: ['a', 'b: c'] },
    effectiveFrom: '2026-10-01T00:00:00Z',
    split: { method: 'weights', to: [{ subject: { team: 'search' }, weight: '3' }] },
  },
].map((rule) => AllocationRule.parse(rule));

it('writes a document that says the same rules', () => {
  const normalise = { separators: true, tagKeys: { team: ['squad'] } };
  const document = parse(rulesYaml({ name: 'ours', normalise, rules }));
  expect(document).toMatchObject({ kind: 'AllocationRules', metadata: { name: 'ours' } });
  expect(AllocationRulesSpec.parse(document.spec)).toEqual({ normalise, rules });
});

it('adds a suggested rule at the end, under a name that a rule may have', () => {
  const suggested = AllocationRule.parse({
    ...{ name: 'subAccountId-/subscriptions/F1', match: { subAccountId: '/subscriptions/f1' }, subject: { team: 'x' } },
  });
  const text = withRule(rulesYaml({ name: null, normalise: null, rules }), suggested);
  const spec = AllocationRulesSpec.parse(parse(text).spec);
  expect(spec.rules).toHaveLength(3);
  expect(spec.rules[2]).toMatchObject({
    name: 'subaccountid-subscriptions-f1',
    match: { subAccountId: '/subscriptions/f1' },
  });
});

it('adds the first rule to a document without any', () => {
  const first = rules[0];
  if (first === undefined) throw new Error('no rule');
  const text = withRule(rulesYaml({ name: null, normalise: null, rules: [] }), first);
  expect(AllocationRulesSpec.parse(parse(text).spec).rules).toMatchObject([
    { match: first.match, subject: first.subject },
  ]);
});
