import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { A10G, placeNvidiaSmi } from '../../src/platform/gpus/nvidia-smi.testing.ts';
import { decimal } from '../../src/platform/units/index.ts';
import { draws } from '../../src/testing/deep.ts';
import { type ServedFolder, serveFolder, steelyard, temporaryFolder } from '../testing.ts';

/** One dollar a second, so that a test has seconds to wait and cents to count. */
const PRICE = ['--price', '3600USD/h'];
/** Price of one second: the extra cost of a kill that a busy machine executes late. */
const LATE = 1;

let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function run(...words: string[]) {
  const { code, out, err } = await steelyard(['run', '--json', '--url', server.url, ...words], {
    PATH: process.env.PATH,
  });
  return {
    code,
    err,
    document: JSON.parse(out) as {
      run: string;
      exitCode: number;
      stoppedBy: string | null;
      spent: { amount: string } | null;
    },
  };
}
const spentOf = ({ document }: Awaited<ReturnType<typeof run>>) => decimal(document.spent?.amount ?? '0');
/** Ignores the signal that asks it to end. */
const DEAF = 'trap "" TERM; exec sleep 600';
const script = (text: string) => ['--', 'sh', '-c', text] as const;
/** Writes a checkpoint when it is stopped; it creates the file `begun` as soon as it can. */
const UNTIL_STOPPED = (folder: string, begun = '/dev/null') =>
  `trap 'echo ${folder}/$MLFLOW_RUN_ID > "$STEELYARD_CHECKPOINT_FILE"; : > ${folder}/$MLFLOW_RUN_ID; kill $!; exit 0' TERM; sleep 600 & : > ${begun}; wait`;

describe('steelyard run', () => {
  it('ends as its command does, and says what it cost', async () => {
    const ended = await run(...PRICE, ...script('sleep 0.3; exit 3'));
    expect(ended).toMatchObject({ code: 3, document: { exitCode: 3, stoppedBy: null } });
    expect(spentOf(ended).greaterThan('0.25')).toBe(true);
  });

  it('passes options behind -- on, help and all', async () => {
    expect(await run(...PRICE, '--', 'sh', '-c', '[ "$0 $1" = "--help --json" ]', '--help', '--json')).toMatchObject({
      code: 0,
    });
    expect(await run(...PRICE, '--', 'sh', '-c', '[ "$0" = list ]', 'list')).toMatchObject({ code: 0 });
  });

  it('says that a cost is not known where there is no price, and asks for one where there is a budget', async () => {
    expect(await run(...script('exit 0'))).toMatchObject({ code: 0, document: { spent: null } });
    const refused = await steelyard(['run', '--url', server.url, '--budget', '5USD', ...script('exit 0')]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('price_missing') });
    const { runs } = JSON.parse((await server.run('run', 'list', '--limit', '1', '--json')).out);
    expect(runs[0]).toMatchObject({ status: 'FAILED' });
  });

  it.each([
    [['--budget', '5'], 'such as 5USD'],
    [['--price', '5USD'], 'such as 3.06USD/h'],
    [['--budget', '-5USD'], 'such as 5USD'],
  ])('refuses %j', async (words, says) => {
    const refused = await steelyard(['run', '--url', server.url, ...words, ...script('exit 0')]);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining(says) });
  });

  it('lets the command log to its run, which then carries what it cost', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'log.mjs'),
      `
      const { MLFLOW_TRACKING_URI: url, MLFLOW_RUN_ID: run_id } = process.env;
      const body = JSON.stringify({ run_id, key: 'loss', value: 0.5, timestamp: Date.now(), step: 1 });
      const answer = await fetch(url + '/api/2.0/mlflow/runs/log-metric', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      process.exit(answer.ok ? 0 : 1);`,
    );
    const ended = await run(...PRICE, '--project', 'recommender', '--', process.execPath, join(folder, 'log.mjs'));
    expect(ended.code).toBe(0);
    // The cost of a run follows its usage asynchronously, by an event.
    const shown = async () => JSON.parse((await server.run('run', 'show', ended.document.run, '--json')).out);
    await expect.poll(shown, { timeout: 30_000 }).toMatchObject({
      status: 'FINISHED',
      tags: { 'steelyard.project': 'recommender' },
      cost: { total: { basis: 'metered' } },
    });
  });

  // These tests mostly wait, so they run concurrently.
  it.concurrent('says what the GPUs of the command did, and its run has the energy', async ({ expect }) => {
    const { folder, calls } = placeNvidiaSmi(join(temporaryFolder(), 'programs'), [A10G, { ...A10G, uuid: 'GPU-b' }]);
    // The energy counter is queried without a result; then one reading at the start and one while it runs.
    const command = script(`until [ "$(wc -l < ${calls})" -ge 3 ]; do sleep 0.05; done`);
    const environment = { PATH: `${folder}:${process.env.PATH}`, CUDA_VISIBLE_DEVICES: '1' };
    const ended = await steelyard(['run', '--json', '--url', server.url, ...PRICE, ...command], environment);
    const document = JSON.parse(ended.out);
    expect(document).toMatchObject({
      prices: ['machine at $3,600 an hour: declared with the usage'],
      gpus: { source: 'nvidia-smi', count: 1, utilizationRatio: 0.61, peakMemoryBytes: 20 * 1024 ** 3, reason: null },
    });
    const energy = async () =>
      JSON.parse((await server.run('run', 'show', document.run, '--json')).out).cost.energy.kilowattHours;
    await expect.poll(energy, { timeout: 30_000 }).toBeCloseTo(document.gpus.energyJoules / 3.6e6, 9);
  });

  it.concurrent('has nothing to say of GPUs where there are none', async () => {
    expect((await run(...PRICE, ...script('exit 0'))).document).toMatchObject({ gpus: null });
  });

  it.concurrent('stops at its own limit, in time for its checkpoint, and pays for no more', async () => {
    const folder = temporaryFolder();
    const ended = await run('--budget', '4USD', ...PRICE, '--grace', '1', ...script(UNTIL_STOPPED(folder)));
    expect(ended).toMatchObject({ code: 12, document: { exitCode: 0, stoppedBy: 'its own limit' } });
    expect(existsSync(join(folder, ended.document.run))).toBe(true);
    expect(spentOf(ended).lessThanOrEqualTo(4 + LATE)).toBe(true);
    expect(spentOf(ended).greaterThan(2)).toBe(true);
  });

  it.concurrent('goes on for what is set aside when the server sets nothing more aside, and counts it all', async ({
    expect,
  }) => {
    const odd = { project: 'odd', team: 'odd' };
    const file = join(temporaryFolder(), 'odd.yaml');
    writeFileSync(
      file,
      `apiVersion: steelyard/v1
kind: Budget
metadata: {name: odd}
spec: {subject: {project: odd}, amount: '100', currency: USD, enforcement: hard, every: once}
`,
    );
    await server.run('apply', '-f', file);
    const held = run('--budget', '9USD', ...PRICE, '--grace', '1', '--project', 'odd', ...script('sleep 30'));
    const reserved = async () => JSON.parse((await server.run('budget', 'show', 'odd', '--json')).out).reserved.amount;
    await expect.poll(reserved, { timeout: 10_000 }).not.toBe('0');
    // Usage without a price: from now on the remaining budget is unknown.
    const period = { start: '2026-11-01T00:00:00Z', end: '2026-11-01T01:00:00Z' };
    const interval = { usage: 'odd', subject: odd, resource: 'nobody-knows', quantity: '1', period, origin: 'test' };
    writeFileSync(file, JSON.stringify({ intervals: [interval] }));
    expect(await server.run('usage', 'record', '-f', file)).toMatchObject({ code: 0 });
    const ended = await held;
    expect(ended).toMatchObject({ code: 12, document: { stopped: true } });
    expect(spentOf(ended).greaterThan(5)).toBe(true);
  });

  it.concurrent('kills what does not listen, inside its limit', async () => {
    const ended = await run('--budget', '4USD', ...PRICE, '--grace', '1', ...script(DEAF));
    expect(ended).toMatchObject({ code: 12, document: { exitCode: null, stoppedBy: 'its own limit' } });
    expect(spentOf(ended).lessThanOrEqualTo(4 + LATE)).toBe(true);
  });

  const atOnce = draws(20, 6);

  it(`runs ${atOnce} at once under one hard budget, which holds; each leaves its checkpoint`, async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'budget.yaml');
    // Seconds for each process: on a busy machine the last one starts when the first have run for half of that time. A
    // process that starts after the money is spent is refused and leaves no record.
    const limit = atOnce * draws(40, 24);
    writeFileSync(
      file,
      `apiVersion: steelyard/v1
kind: Budget
metadata: {name: sweep}
spec: {subject: {project: sweep}, amount: '${limit}', currency: USD, enforcement: hard, every: once}
`,
    );
    expect(await server.run('apply', '-f', file)).toMatchObject({ code: 0 });
    const [saved, begun] = [join(folder, 'saved'), join(folder, 'begun')];
    await steelyard(['run', '--url', server.url, '--', 'mkdir', saved, begun], { PATH: process.env.PATH });
    const saving = script(UNTIL_STOPPED(saved, `${begun}/$MLFLOW_RUN_ID`));
    const deaf = script(DEAF);
    const all = await Promise.all(
      Array.from({ length: atOnce }, (_, index) =>
        run(...PRICE, '--project', 'sweep', '--grace', '5', ...(index === 0 ? deaf : saving)),
      ),
    );
    // A trial that the server answers too late on a busy machine ends with its spent money, and does not see the budget
    // as the reason.
    const reasons = all.map(({ document }) => document.stoppedBy);
    expect(reasons).toContain('sweep');
    expect(reasons.filter((reason) => reason !== 'sweep' && reason !== 'its reservation')).toEqual([]);
    const spent = all.map(spentOf).reduce((sum, one) => sum.plus(one));
    expect(spent.lessThanOrEqualTo(limit + LATE)).toBe(true);
    expect(spent.greaterThan(limit / 5)).toBe(true);
    expect(readdirSync(begun)).toHaveLength(atOnce - 1);
    expect(readdirSync(saved)).toHaveLength(atOnce - 1);
    const shown = JSON.parse((await server.run('budget', 'show', 'sweep', '--json')).out);
    expect(shown).toMatchObject({ reserved: { amount: '0' } });
    expect(shown.stops).toHaveLength(reasons.filter((reason) => reason === 'sweep').length);
    expect(decimal(shown.spent.amount).equals(spent)).toBe(true);
    // If the others are answered too late, one trial continues alone with all the remaining money: a dollar a second.
  }, 180_000);
});
