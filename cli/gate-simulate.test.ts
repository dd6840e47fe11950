import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { golden, normalised, steelyard, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const POLICY = `apiVersion: steelyard/v1
kind: Policy
metadata: {name: production}
spec:
  model: ranker
  currency: USD
  alpha: 0.1
  looks: {planned: 5}
  quality:
    - {metric: latency, direction: lower, floor: '200'}
    - {metric: accuracy, direction: higher, nonInferiority: {margin: '0.03'}}
    - {metric: recall, direction: higher, nonInferiority: {relativeMargin: 0.1}}
  cost:
    - {measure: trainingCost, atMost: '1'}
`;

const NUMBERS = ['--baseline', '0.9', '--n', '500', '--runs', '20'];

async function simulate(...words: string[]) {
  const ended = await steelyard(['gate', 'simulate', ...words, '--json']);
  return { exit: ended.code, ...(JSON.parse(ended.out) as Record<string, unknown>) };
}

describe('gate simulate', () => {
  it('prints shares, samples and their standard errors', async () => {
    const words = '--baseline 0.9 --margin 0.02 --effect -0.01 --n 5000 --looks planned:20 --runs 40'.split(' ');
    const { actual, expected } = golden('gate-simulate', normalised(await steelyard(['gate', 'simulate', ...words])));
    expect(actual).toBe(expected);
  });

  it('reads alpha, looks and the margin from a policy, and options override them', async () => {
    const path = put('policy.yaml', POLICY);
    expect(await simulate(path, ...NUMBERS)).toMatchObject({ exit: 0, alpha: 0.1, looks: 5, margin: 0.03 });
    expect(await simulate(path, ...NUMBERS, '--metric', 'recall')).toMatchObject({ margin: expect.closeTo(0.09, 12) });
    const latency = ['--kind', 'latency', '--baseline', '150', '--n', '50', '--runs', '2'];
    expect(await simulate(path, ...latency)).toMatchObject({ margin: expect.closeTo(0.0002, 12) });
    const overridden = [...NUMBERS, '--alpha', '0.025', '--looks', '1', '--margin', '0.01'];
    expect(await simulate(path, ...overridden)).toMatchObject({ alpha: 0.025, looks: 1, margin: 0.01 });
  });

  it('simulates dependence, pairs, latency and cost', async () => {
    const words = ['--margin', '0.1', '--n', '400', '--runs', '5', '--looks', 'anytime', '--correlation', '0.6'];
    for (const kind of ['binary', 'latency', 'cost']) {
      const more = ['--kind', kind, '--baseline', '0.5', '--generator', 'gaussian', '--pair-correlation', '0.5'];
      expect(await simulate(...words, ...more)).toMatchObject({ exit: 0, runs: 5, pairCorrelation: 0.5, looks: 200 });
    }
  });

  it.each([
    ['no margin', [...NUMBERS], 2, 'usage'],
    ['a mean that is no share', [...NUMBERS, '--margin', '0.02', '--effect', '0.5'], 2, 'usage'],
    ['looks that are none', [...NUMBERS, '--margin', '0.02', '--looks', 'twice'], 2, 'usage'],
    ['more looks than requests', [...NUMBERS, '--margin', '0.02', '--looks', 'planned:400'], 2, 'usage'],
  ])('refuses %s', async (_what, words, code, error) => {
    expect(await simulate(...words)).toMatchObject({ exit: code, code: error });
  });

  it.each([
    ['a file without a policy', 'kind: Budget\n', 'manifest_invalid'],
    ['two policies', `${POLICY}---\n${POLICY}`, 'manifest_invalid'],
    ['broken YAML', 'kind: Policy\nspec: [', 'yaml_invalid'],
  ])('refuses %s', async (_what, text, error) => {
    expect(await simulate(put('wrong.yaml', text), ...NUMBERS)).toMatchObject({ exit: 1, code: error });
  });

  it('refuses a metric without a margin', async () => {
    const path = put('policy.yaml', POLICY);
    expect(await simulate(path, ...NUMBERS, '--metric', 'latency')).toMatchObject({
      exit: 1,
      code: 'manifest_invalid',
    });
  });
});
