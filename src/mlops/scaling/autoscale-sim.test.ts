import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { draws, isDeep } from '../../testing/deep.ts';
import { seeded } from '../../testing/random.ts';
import { computeMissStandardError } from './batch-means.ts';
import { createHpa } from './hpa.ts';
import { createKpa } from './kpa.ts';
import type { ScalingPolicy } from './policy.ts';
import { createDecidedPolicy, type Decision, type ReplayResult, replay, type Trace } from './simulation.ts';
import { createSlo } from './slo.ts';
import { readTrace } from './trace-csv.ts';

const shared = join(import.meta.dirname, '../../../../shared');
const script = join(shared, 'checks/autoscale_sim.py');
const file = join(shared, 'data/llm/AzureLLMInferenceTrace_code_2023.csv');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'steelyard-scaling-'));

const fleet = { concurrency: 8, coldStartSeconds: 30 };
const options = {
  ...fleet,
  min: 1,
  max: 100,
  targetRatio: 0.7,
  waitSeconds: 2,
  missRatio: 0.05,
  missReplicaHours: null,
};
const trace = () => readTrace(createReadStream(file), { timeColumn: null, service: { by: 'tokens' } });

/** In the format of the script's last line. */
function formatReplay({ replicaHours, waitsSeconds }: ReplayResult): string {
  const share = (100 * waitsSeconds.filter((wait) => wait > 2).length) / waitsSeconds.length;
  const sorted = waitsSeconds.toSorted();
  const place = 0.99 * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  const p99 = low + (place % 1) * ((sorted[Math.floor(place) + 1] ?? low) - low);
  return `autoscale ${replicaHours.toFixed(2)} h, ${share.toFixed(1)} % wait > 2 s, p99 ${p99.toFixed(1)} s`;
}

function scriptSays(...words: readonly string[]): string {
  return (
    execFileSync('python3', [script, ...words], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .at(-1) ?? ''
  );
}

function scoreDecisions(decisions: readonly Decision[]): string {
  const path = join(folder, 'decisions.json');
  writeFileSync(path, JSON.stringify(decisions));
  return scriptSays('--decisions', path, '--initial', String(decisions[0]?.[1] ?? 2));
}

describe.skipIf(!existsSync(script) || !hasPython)('the check script (skipped without ../shared or python3)', () => {
  it.each<[string, ScalingPolicy, string]>([
    ['hpa', createHpa(options), 'autoscale 4.18 h, 5.7 % wait > 2 s, p99 8.3 s'],
    ['kpa', createKpa(options), 'autoscale 5.73 h, 34.6 % wait > 2 s, p99 24.9 s'],
  ])('decides as our %s does, and finds the published figures', async (name, policy, figures) => {
    const path = join(folder, `${name}.json`);
    expect(scriptSays('--policy', name, '--record', path)).toBe(figures);
    const ours = replay(await trace(), policy, fleet, 2);
    expect(formatReplay(ours)).toBe(figures);
    expect(ours.decisions).toEqual(JSON.parse(readFileSync(path, 'utf8')));
  });

  it('agrees with our replay about decisions drawn by lot', async () => {
    const requests = await trace();
    for (const seed of [1, 2, 3].slice(0, draws(3))) {
      const next = seeded(seed);
      const decisions = Array.from({ length: 60 }, (_, index): Decision => [index * 57, Math.floor(next() * 7)]);
      expect(formatReplay(replay(requests, createDecidedPolicy(decisions), fleet, decisions[0]?.[1] ?? 0))).toBe(
        scoreDecisions(decisions),
      );
    }
  });

  const images = () =>
    readTrace(createReadStream(join(shared, 'data/llm/alibaba_genai2026_lora_request_trace.csv.gz')), {
      timeColumn: 'gmt_create',
      service: { by: 'column', column: 'exec_time_seconds' },
    });
  it.each<[string, () => Promise<Trace>, number]>(
    isDeep
      ? [
          ['code', trace, 8],
          ['images', images, 1],
        ]
      : [['code', trace, 8]],
  )(
    'holds a stated share of 2 and 5 % on recorded requests for %s, within two standard errors',
    async (_, read, concurrency) => {
      const requests = await read();
      for (const missRatio of [0.02, 0.05]) {
        const chosen = { ...options, concurrency, missRatio };
        const { waitsSeconds } = replay(requests, createSlo(chosen), chosen, 2);
        const missed = waitsSeconds.filter((wait) => wait > 2).length / waitsSeconds.length;
        const error = computeMissStandardError(waitsSeconds, 2) ?? Number.NaN;
        expect(missed).toBeLessThanOrEqual(missRatio + 2 * error);
      }
    },
    300_000,
  );

  it('finds at most 5 % waiting at no more than 3.5 replica-hours in the decisions of our slo', async () => {
    const { decisions } = replay(await trace(), createSlo(options), fleet, 2);
    const [, hours, share] = /^autoscale ([\d.]+) h, ([\d.]+) %/.exec(scoreDecisions(decisions)) ?? [];
    expect(Number(hours)).toBeLessThanOrEqual(3.5);
    expect(Number(share)).toBeLessThanOrEqual(5);
  });
});
