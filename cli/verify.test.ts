import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill, type ServedFolder, serveFolder, steelyard, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
const place = join(folder, 'backups');
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
  writeFileSync(join(folder, 'bill.csv'), bill({ billed: '10' }));
  expect(await server.run('bill', 'import', join(folder, 'bill.csv'), '--source', 'aws')).toMatchObject({ code: 0 });
});
afterAll(() => server[Symbol.asyncDispose]());

/** The rows of the single bill, as they were read. */
const billFile = () =>
  join(server.data, 'lake', 'bill_inspected', readdirSync(join(server.data, 'lake', 'bill_inspected'))[0] ?? '');

describe('steelyard verify', () => {
  it('ends with 8 while something is damaged, and with 0 when it is repaired', async () => {
    const whole = await server.run('verify');
    expect([whole.code, whole.out]).toEqual([0, expect.stringContaining('Nothing is missing or damaged.')]);
    rmSync(billFile());
    const question = ['cost', 'summary', '--by', 'serviceName', '--from', '2026-10', '--to', '2026-10'];
    const refused = await server.run(...question);
    expect([refused.code, refused.err]).toEqual([
      8,
      expect.stringMatching(/bill_row of 2026-10.*steelyard verify --repair/s),
    ]);
    const found = await server.run('verify', '--json');
    expect([found.code, JSON.parse(found.out)]).toEqual([
      8,
      expect.objectContaining({ findingsCount: 1, unrepaired: 1 }),
    ]);
    const repaired = await server.run('verify', '--repair');
    expect([repaired.code, repaired.out]).toEqual([0, expect.stringContaining('1 finding, 1 repaired')]);
    expect((await server.run(...question)).code).toBe(0);
  });
});

describe('steelyard backup', () => {
  it('creates, lists and restores', async () => {
    const created = await server.run('backup', 'create', '--to', place, '--json');
    expect(created).toMatchObject({ code: 0, err: '' });
    const { backup } = (JSON.parse(created.out) as { summary: { backup: string } }).summary;
    const listed = await steelyard(['backup', 'list', '--from', place]);
    expect([listed.code, listed.out]).toEqual([0, expect.stringContaining(backup)]);
    const data = join(folder, 'restored');
    const restored = await steelyard(['backup', 'restore', backup, '--from', place, '--data', data]);
    expect([restored.code, restored.out]).toEqual([0, expect.stringContaining('every digest checked')]);
    expect(await steelyard(['verify', '--data', data])).toMatchObject({ code: 0 });
    const again = await steelyard(['backup', 'restore', backup, '--from', place, '--data', data]);
    expect([again.code, again.err]).toEqual([5, expect.stringContaining('is not empty')]);
    expect((await steelyard(['backup', 'restore', 'nonsense', '--from', place, '--data', data])).code).toBe(2);
  });
});
