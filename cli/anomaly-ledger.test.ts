import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../src/platform/units/durations.ts';
import { type ServedFolder, serveFolder } from './testing.ts';

const LOOK_MS = 100;
let server: ServedFolder;

/** Complete months that are closed, in which a service costs three times as much for two days. */
function bill(month: string): string {
  const first = Date.parse(`${month}-01T00:00:00Z`);
  const days = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
  const rows = Array.from({ length: days }, (_, index) => {
    const [start, end] = [first + index * DAY_MS, first + (index + 1) * DAY_MS].map((at) => new Date(at).toISOString());
    const cost = (100 + (index % 3)) * (month === '2026-03' && index >= 19 && index < 21 ? 3 : 1);
    return `${cost},${cost},USD,${month}-01T00:00:00Z,${start},${end},1,EC2`;
  });
  const header =
    'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName';
  return [header, ...rows, ''].join('\n');
}

beforeAll(async () => {
  server = await serveFolder();
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-anomalies-'));
  for (const month of ['2026-02', '2026-03']) {
    const path = join(folder, `${month}.csv`);
    writeFileSync(path, bill(month));
    await server.run('bill', 'import', path, '--source', 'aws');
  }
  // The server detects anomalies in the background.
  while (JSON.parse((await server.run('anomaly', 'list', '--json')).out).anomalies.length === 0) await pause(LOOK_MS);
});
afterAll(() => server?.[Symbol.asyncDispose]());

const idOf = async () => JSON.parse((await server.run('anomaly', 'list', '--json')).out).anomalies[0].id as string;

describe('steelyard anomaly list, show and feedback', () => {
  it('list what is out of the ordinary with both sides', async () => {
    const { out, code } = await server.run('anomaly', 'list', '--period', '2026-03');
    expect(code).toBe(0);
    expect(out).toMatch(/^1 anomaly: \$40\d\.\d+ above and \$0\.00 below expected\. Judged through 2026-03-31\./);
    expect(out).toMatch(/an_[0-9a-f]{16} +2026-03-20 +2026-03-21 +spike +ended/);
    const csv = await server.run('anomaly', 'list', '--csv');
    expect(csv.out.split('\r\n')).toHaveLength(3);
  });

  it('show what is behind it', async () => {
    const { out } = await server.run('anomaly', 'show', await idOf());
    expect(out).toMatch(/EC2.* rose \d\.\d+x.*\n/);
    expect(out).toMatch(/CHARGE +EXPECTED +ACTUAL +CHANGE/);
  });

  it('take a verdict and take it back', async () => {
    const id = await idOf();
    const said = await server.run('anomaly', 'feedback', id, 'planned', '--until', '2026-03-31', '--note', 'a sale');
    expect(said.out).toBe(`${id} is planned until 2026-03-31, and not counted; anomaly detection runs again.\n`);
    expect((await server.run('anomaly', 'list')).out).toMatch(/^1 anomaly: none of them counts\./);
    const undone = await server.run('anomaly', 'feedback', id, '--undo');
    expect(undone.out).toBe(`Feedback on ${id} removed; anomaly detection runs again.\n`);
  });

  it('refuse what nobody can mean', async () => {
    expect((await server.run('anomaly', 'feedback', await idOf(), 'perhaps')).code).toBe(2);
    expect((await server.run('anomaly', 'feedback', await idOf(), 'wrong', '--undo')).code).toBe(2);
    expect((await server.run('anomaly', 'show', 'an_0123456789abcdef')).err).toContain('anomaly list');
  });
});
