import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decimal } from '../../src/platform/units/index.ts';
import { type ServedFolder, serveFolder, steelyard, temporaryFolder } from '../testing.ts';
import type { Trial } from './trials.ts';

/** One dollar a second. */
const PRICE = ['--price', '3600USD/h'];

let server: ServedFolder;
let folder: string;
beforeAll(async () => {
  server = await serveFolder();
  folder = temporaryFolder();
  // A training of ten steps of half a second; its quality equals its parameter from the first step on.
  writeFileSync(
    join(folder, 'train.mjs'),
    `
    const { MLFLOW_TRACKING_URI: url, MLFLOW_RUN_ID: run_id } = process.env;
    const [value, steps] = process.argv.slice(2).map(Number);
    for (let step = 0; step < steps; step += 1) {
      const body = JSON.stringify({ run_id, key: 'accuracy', value, timestamp: Date.now(), step });
      await fetch(url + '/api/2.0/mlflow/runs/log-metric', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    console.log('trained', value);`,
  );
});
afterAll(() => server?.[Symbol.asyncDispose]());

interface Document {
  readonly run: string;
  readonly best: Trial | null;
  readonly spent: { readonly amount: string } | null;
  readonly outcome: string;
  readonly trials: readonly Trial[];
}

async function sweep(words: readonly string[], command: readonly string[]) {
  const logs = join(temporaryFolder(), 'logs');
  const { code, out, err } = await steelyard(
    [
      'sweep',
      'run',
      '--json',
      '--url',
      server.url,
      '--metric',
      'accuracy',
      '--logs',
      logs,
      '--grace',
      '1',
      ...PRICE,
      ...words,
      '--',
      process.execPath,
      join(folder, 'train.mjs'),
      ...command,
    ],
    { PATH: process.env.PATH },
  );
  if (out === '') throw new Error(err);
  return {
    code,
    logs,
    document: JSON.parse(out) as Document,
  };
}

describe('steelyard sweep run', () => {
  it('tries values, says which is best and what each cost, and nests their runs', async () => {
    const { code, logs, document } = await sweep(
      ['--budget', '600USD', '--param', 'a=0.1,0.9,0.5,0.3', '--trials', '6', '--parallel', '3'],
      ['{a}', '1'],
    );
    expect(code).toBe(0);
    expect(document.trials.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'finished'));
    const best = Math.max(...document.trials.map(({ params }) => Number(params.a)));
    expect(document.best?.value).toBe(best);
    expect(Number(document.spent?.amount)).toBeGreaterThan(6 * 0.4);
    expect(readdirSync(logs)).toHaveLength(6);
    expect(readFileSync(join(logs, 'trial-0.log'), 'utf8')).toBe(`trained ${document.trials[0]?.params.a}\n`);
  });

  it('ends early what shows little for its money', async () => {
    const { document } = await sweep(
      ['--budget', '30USD', '--rung', '2USD', '--param', 'a=0..1', '--trials', '5', '--parallel', '2', '--seed', '6'],
      ['{a}', '20'],
    );
    const early = document.trials.filter(({ state }) => state === 'stopped early');
    expect(early.length).toBeGreaterThan(0);
    const most = Math.max(...document.trials.map(({ params }) => Number(params.a)));
    for (const { params, spent } of early) {
      expect(Number(params.a)).toBeLessThan(most);
      // A busy machine makes each early trial more expensive, and the one that ran to its end most of all.
      expect(Number(spent?.amount)).toBeLessThan(Number(document.best?.spent?.amount));
    }
    expect(document.best).toMatchObject({ value: most, state: 'finished' });
  });

  it('ends no trial early while the money left pays for all others, and says that all finished', async () => {
    const { document } = await sweep(
      ['--budget', '200USD', '--rung', '0.5USD', '--param', 'a=0.9,0.1', '--trials', '4', '--seed', '4'],
      ['{a}', '6'],
    );
    expect(new Set(document.trials.map(({ params }) => params.a))).toEqual(new Set(['0.1', '0.9']));
    expect(document.trials.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'finished'));
    expect(document.outcome).toMatch(/^all 4 trials finished; \$[\d.]+ of \$200.00 was needed$/);
  });

  it('ends no trial early beside others while the budget pays for all, before any has run to its end', async () => {
    const { document } = await sweep(
      [
        '--budget',
        '200USD',
        '--rung',
        '0.5USD',
        '--param',
        'a=0..1',
        '--trials',
        '3',
        '--parallel',
        '3',
        '--seed',
        '4',
      ],
      ['{a}', '10'],
    );
    expect(document.trials.map(({ state }) => state)).toEqual(Array.from({ length: 3 }, () => 'finished'));
  });

  it('spends no more than its budget, however many trials there are', async () => {
    const { document } = await sweep(
      ['--budget', '8USD', '--param', 'a=0..1', '--trials', '12', '--parallel', '4', '--stop', 'none'],
      ['{a}', '30'],
    );
    expect(document.trials.map(({ state }) => state)).toContain('stopped: budget');
    expect(decimal(document.spent?.amount ?? '99').toNumber()).toBeLessThanOrEqual(8 + 1);
  });

  it('says when no trial logged the metric', async () => {
    expect(await sweep(['--budget', '10USD', '--param', 'a=1', '--trials', '1'], ['{a}', '0'])).toMatchObject({
      code: 13,
      document: { best: null },
    });
  });

  it('waits for released money and spends its budget, whatever share each trial took', async () => {
    const { document } = await sweep(
      ['--budget', '20USD', '--param', 'a=0.5', '--trials', '6', '--parallel', '2', '--stop', 'none'],
      ['{a}', '20'],
    );
    expect(document.best).not.toBeNull();
    expect(Number(document.spent?.amount)).toBeGreaterThanOrEqual(18);
    expect(Number(document.spent?.amount)).toBeLessThanOrEqual(20 + 1);
  });

  it('refuses a budget that begins no trial and says the minimum', async () => {
    const words = ['--url', server.url, '--metric', 'accuracy', '--budget', '1USD', '--param', 'a=1', '--grace', '2'];
    const refused = await steelyard(['sweep', 'run', ...words, ...PRICE, '--', 'true'], { PATH: process.env.PATH });
    expect(refused.code).toBe(12);
    expect(refused.err).toContain('The budget of $1.00 begins no trial: one needs $3.25.');
    expect(refused.err).toContain('The minimum for this sweep is $32.50');
  });
});
