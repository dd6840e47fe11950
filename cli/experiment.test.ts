import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

describe('experiments and runs on the command line', () => {
  let server: ServedFolder;
  const runs: string[] = [];
  const post = async (path: string, body: object) => {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, request);
    expect(answer.status).toBe(200);
    return (await answer.json()) as { experiment_id?: string; run?: { info: { run_id: string } } };
  };
  beforeAll(async () => {
    server = await serveFolder();
    const { experiment_id } = await post('experiments/create', { name: 'ranker tuning' });
    for (const [index, value] of [0.2, 0.4, 0.3].entries()) {
      const { run } = await post('runs/create', { experiment_id, run_name: `als-${index}`, start_time: index });
      const run_id = run?.info.run_id ?? '';
      runs.push(run_id);
      await post('runs/log-metric', { run_id, key: 'val loss', value, timestamp: 1 });
    }
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('lists experiments by a part of their name with their runs, and a cost that is not known as a dash', async () => {
    const { out } = await server.run('experiment', 'list', '--name', 'RANKER');
    expect(out).toMatch(/ranker tuning +3 +1970-01-01 00:00 UTC +—/);
    expect(out).not.toContain('Default');
  });

  it('shows the keys that the runs of an experiment have', async () => {
    const { out } = await server.run('experiment', 'show', 'ranker tuning');
    expect(out).toMatch(/metrics +val loss \(3\)/);
    const missing = await server.run('experiment', 'show', 'none');
    expect(missing.code).toBe(4);
    expect(missing.err).toContain('There is no experiment "none".');
  });

  it('lists runs in the order and with the columns asked for', async () => {
    const words = ['run', 'list', '--experiment', 'ranker tuning', '--order-by', 'metrics.`val loss` DESC'];
    const { out } = await server.run(
      ...words,
      '--columns',
      'metrics.val loss,status',
      '--filter',
      'metrics.`val loss` > 0.25',
    );
    const lines = out.trim().split('\n');
    expect(lines[0]).toMatch(/^RUN +NAME +VAL LOSS +STATUS$/);
    expect(lines.slice(1).map((line) => line.split(/ +/).slice(1))).toEqual([
      ['als-1', '0.4', 'RUNNING'],
      ['als-2', '0.3', 'RUNNING'],
    ]);
  });

  it('shows the cost of each run, by every record on its page', async () => {
    const list = await server.run('run', 'list', '--experiment', 'ranker tuning');
    expect(list.out.split('\n')[0]).toMatch(/^RUN +NAME +STATUS +STARTED +COST +METRICS$/);
    const { out } = await server.run('run', 'show', runs[0] ?? '');
    expect(out).toMatch(/^metered +unknown: \S/m);
    expect(out).toMatch(/^GPU-hours +unknown: \S/m);
  });

  it('refuses an experiment and a column that there are not', async () => {
    const id = await server.run('run', 'list', '--experiment', '4711');
    expect([id.code, id.err]).toEqual([4, expect.stringContaining('There is no experiment "4711".')]);
    const column = await server.run('run', 'list', '--columns', 'status,metric.loss');
    expect([column.code, column.err]).toEqual([2, expect.stringContaining('Runs have no column "metric.loss".')]);
  });

  it('takes a number for a name where no experiment has that id', async () => {
    await post('experiments/create', { name: '2027' });
    const { out } = await server.run('experiment', 'show', '2027');
    expect(out).toMatch(/^experiment +2027 \(\d+\)$/m);
  });

  it('writes every run that matches as CSV', async () => {
    const file = join(temporaryFolder(), 'runs.csv');
    const { code, out } = await server.run(
      'run',
      'list',
      '--csv',
      '--columns',
      'run_name,metrics.val loss',
      '-o',
      file,
    );
    expect(code).toBe(0);
    expect(out).toContain('3 runs');
    expect(readFileSync(file, 'utf8').split('\r\n')[1]).toBe(`${runs[2]},als-2,0.3`);
  });

  it('deletes runs and brings them back, all or none', async () => {
    const [first = '', second = ''] = runs;
    expect((await server.run('run', 'delete', first, second)).out).toBe('deleted 2 runs\n');
    const listed = JSON.parse((await server.run('run', 'list', '--view', 'deleted', '--json')).out) as {
      runs: object[];
    };
    expect(listed.runs).toHaveLength(2);
    expect((await server.run('run', 'restore', first, 'none')).code).toBe(4);
    expect((await server.run('run', 'restore', first, second)).out).toBe('restored 2 runs\n');
  });
});
