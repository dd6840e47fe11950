import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Facts, findOwnerByRules } from './owner-by-rules.ts';
import { GpuOwnerRulesSpec } from './schema.ts';

const { rules } = GpuOwnerRulesSpec.parse({
  rules: [
    { name: 'labelled', match: { 'label:team': '*' }, subject: { team: '{label:team}' } },
    { name: 'two', match: { namespace: [' Sandbox ', 'play-*-eu'] }, subject: { team: 'research', project: 'play' } },
    { name: 'desks', match: { namespace: null, host: 'desk-*' }, subject: { team: 'desk-{host}' } },
    { name: 'pools', match: { pool: 'research*' }, subject: { team: 'research' } },
    { name: 'wide', match: { namespace: '*ml*' }, subject: { team: '{namespace}', purpose: '{label:purpose}' } },
  ],
});

describe('whose GPU time is by rules', () => {
  it.each<[string, Facts, object | null]>([
    ['the label, in lower case', { namespace: 'sandbox', 'label:team': ' Fraud ' }, { team: 'fraud' }],
    ['the namespace, whatever its case', { namespace: 'SANDBOX' }, { team: 'research', project: 'play' }],
    ['the beginning and the end of a namespace', { namespace: 'play-a-eu' }, { team: 'research', project: 'play' }],
    ['none where beginning and end would overlap', { namespace: 'play-eu' }, null],
    ['none where another begins alike', { namespace: 'sandbox-2' }, null],
    ['the host, where there is no namespace', { host: 'desk-7' }, { team: 'desk-desk-7' }],
    ['none, where there is one', { host: 'desk-7', namespace: 'x' }, null],
    ['the pool', { pool: 'Research-A' }, { team: 'research' }],
    ['none of a pool that only rules for holders match', { pool: 'desk-1' }, null],
    ['none where a place has no value', { namespace: 'an-ml-space' }, null],
    ['none where what is in a place cannot be', { namespace: 'an-ml-space', 'label:purpose': 'fun' }, null],
    ['all fields', { namespace: 'ml', 'label:purpose': 'Training' }, { team: 'ml', purpose: 'training' }],
    ['none where nothing is known', { namespace: ' ' }, null],
  ])('is %s', (_, facts, expected) => {
    expect(findOwnerByRules(rules, facts)).toEqual(expected);
  });

  it('takes a pattern for what it says', () => {
    const character = fc.constantFrom('a', 'b', '.', '*');
    fc.assert(
      fc.property(fc.array(character, { maxLength: 8 }), fc.array(character, { maxLength: 8 }), (of, like) => {
        const [value, pattern] = [of.join('').replaceAll('*', 'c'), like.join('')];
        fc.pre(value !== '' && pattern !== '');
        const rule = { name: 'r', match: { pod: pattern }, subject: { team: 't' } };
        const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
        expect(findOwnerByRules([rule], { pod: value }) !== null).toBe(expression.test(value));
      }),
    );
  });

  it.each([
    ['no dimension', { match: { tag: 'x' }, subject: { team: 'a' } }],
    ['no value', { match: { namespace: null }, subject: { team: 'a' } }],
    ['no such place', { match: { namespace: 'x' }, subject: { team: '{tag:team}' } }],
    ['no field', { match: { namespace: 'x' }, subject: {} }],
  ])('refuses a rule with %s', (_, rule) => {
    expect(GpuOwnerRulesSpec.safeParse({ rules: [{ name: 'r', ...rule }] }).success).toBe(false);
  });
});
