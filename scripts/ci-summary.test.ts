import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'ci-summary-'));

/** A file of the report: its seconds and the states of its tests. */
type File = readonly [seconds: number, ...states: readonly string[]];

function reportOf(files: Readonly<Record<string, File>>): string {
  const states = Object.values(files).flatMap(([, ...of]) => of);
  const count = (state: string) => states.filter((one) => one === state).length;
  const path = join(folder, `${Math.random()}.json`);
  const report = {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numFailedTestSuites: 0,
    success: count('failed') === 0,
    testResults: Object.entries(files).map(([name, [seconds, ...of]]) => ({
      name: join(root, name),
      status: of.includes('failed') ? 'failed' : 'passed',
      startTime: 1_000_000,
      endTime: 1_000_000 + seconds * 1000,
      assertionResults: of.map((status, index) => ({
        ...{ fullName: `${name} ${index}`, status },
        failureMessages: status === 'failed' ? [`expected 1 to be 2\n${'x'.repeat(5_000)}`] : [],
      })),
    })),
  };
  writeFileSync(path, JSON.stringify(report));
  return path;
}

function summaryOf(...words: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/ci-summary.ts', ...words], {
    cwd: root,
    encoding: 'utf8',
  });
  return { lines: stdout.trim().split('\n'), stderr, status };
}

describe('the summary of .ci/run', () => {
  it('adds up steps and reports, and ends with the counts', () => {
    const { lines, status } = summaryOf('gates=0', reportOf({ 'a.test.ts': [1, 'passed'] }));
    expect([lines.at(-1), status]).toEqual(['2 passed, 0 failed', 0]);
  });

  it('counts a skipped test, a failed step and a missing report as failed, by name', () => {
    const { lines, stderr, status } = summaryOf('demo=1', reportOf({ 'a.test.ts': [1, 'skipped'] }), 'none.json');
    expect([lines.at(-1), status]).toEqual(['0 passed, 3 failed', 1]);
    expect(stderr).toMatch(/step demo.*a\.test\.ts 0 was skipped.*none\.json/s);
  });

  it('prints the start of the message of a failed test', () => {
    const { lines, stderr } = summaryOf(reportOf({ 'a.test.ts': [1, 'failed'] }));
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(stderr).toMatch(/^FAILED a\.test\.ts 0\n {4}expected 1 to be 2\n {4}x{1000,1500}\n$/);
  });

  it('prints the ten slowest files of all reports, slowest first', () => {
    const quick = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`quick-${n}.test.ts`, [n, 'passed'] as const]),
    );
    const { lines } = summaryOf(reportOf(quick), reportOf({ 'test/slow.test.ts': [75, 'passed'] }));
    const at = lines.indexOf('== the 10 slowest files');
    const files = lines.slice(at + 1, at + 11);
    expect(files[0]).toBe('   75s  test/slow.test.ts');
    expect(files.at(-1)).toBe('    3s  quick-3.test.ts');
  });
});
