import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { detect } from './index.ts';
import { parseSeriesTime } from './series-time.ts';

const shared = join(import.meta.dirname, '../../../../shared');
const script = join(shared, 'checks/nab_score.py');
const data = join(shared, 'data/stats/nab');
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** The scores of a file as the script reads them: a line for each of its rows. */
async function scored(path: string): Promise<string> {
  const [, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trim().split(/\r?\n/);
  const series = lines.map((line) => {
    const [time = '', value] = line.split(',');
    return { at: Number(parseSeriesTime(time)), value: Number(value) };
  });
  const { points } = await detect(series);
  return ['score', ...points.map(({ score }) => score ?? 0)].join('\n');
}

describe.skipIf(!existsSync(script) || !hasPython)(
  'the labelled series of NAB (skipped without ../shared or python3)',
  () => {
    it('score 70 at the least with the alarm as it is, the same for all files', { timeout: 120_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'steelyard-nab-'));
      const labels = JSON.parse(readFileSync(join(data, 'combined_windows.json'), 'utf8')) as Record<string, unknown>;
      for (const name of Object.keys(labels)) {
        const path = join(folder, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, await scored(join(data, `${name}.gz`)));
      }
      const words = [script, '--data', data, '--scores', folder, '--threshold', '0.5', '--at-least', '70'];
      const { status, stdout } = spawnSync('python3', words, { encoding: 'utf8' });
      expect(stdout).toContain('nab_standard');
      expect(status, stdout).toBe(0);
    });
  },
);
