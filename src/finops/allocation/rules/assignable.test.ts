import { describe, expect, it } from 'vitest';
import { assignsField, findUnassignedPart } from './assignable.ts';
import { AllocationRulesSpec } from './schema.ts';

const MATCH = { serviceName: 'S3' };
const rulesWith = (...parts: readonly object[]) =>
  AllocationRulesSpec.parse({ rules: parts.map((part, index) => ({ name: `r${index}`, match: MATCH, ...part })) });

const SEARCH = { team: 'Search' };

describe('which subjects rules can assign cost to', () => {
  it.each([
    ['no rules', [], 'search', false],
    ['a rule that names it, in another case', [{ subject: SEARCH }], 'search', true],
    ['a rule that names another', [{ subject: SEARCH }], 'fraud', false],
    ['a rule by a tag', [{ subject: { team: '{tag:team}' } }], 'fraud', true],
    ['a rule that names a project alone', [{ subject: { project: 'search' } }], 'search', false],
    ['an even split over all that have cost', [{ split: { method: 'even' } }], 'fraud', true],
    ['an even split by project', [{ split: { method: 'even', fields: ['project'] } }], 'fraud', false],
    ['an even split over named ones', [{ split: { method: 'even', to: [SEARCH] } }], 'fraud', false],
    ['weights', [{ split: { method: 'weights', to: [{ subject: SEARCH }] } }], 'search', true],
    ['usage', [{ split: { method: 'proportional', by: 'usage:gpu:*' } }], 'fraud', true],
    [
      'the remainder of fixed amounts',
      [
        {
          split: {
            method: 'fixed',
            currency: 'USD',
            amounts: [{ subject: { team: 'a' }, amount: '1' }],
            remainder: [{ subject: SEARCH }],
          },
        },
      ],
      'search',
      true,
    ],
    ['nodes', [{ kubernetes: {} }], 'fraud', true],
  ])('%s: %#', (_, parts, team, can) => {
    const part = findUnassignedPart(rulesWith(...parts), { team });
    expect(part).toEqual(can ? null : { field: 'team', value: team });
  });

  it('names the first field that no rule assigns, and knows which fields rules assign at all', () => {
    const rules = rulesWith({ subject: { team: 'search' } });
    expect(findUnassignedPart(rules, { team: 'search', project: 'ranker' })).toEqual({
      field: 'project',
      value: 'ranker',
    });
    expect(findUnassignedPart(rules, {})).toBeNull();
    expect([assignsField(rules, 'team'), assignsField(rules, 'project')]).toEqual([true, false]);
  });
});
