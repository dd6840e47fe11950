import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { call, catchProblem } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { type EvaluationColumns, getEvaluation, importEvaluation, listEvaluations } from './schema.ts';

const application = await sharedQuietApplication();

async function createRun(): Promise<string> {
  const answer = await application.http.inject({
    method: 'POST',
    url: '/api/2.0/mlflow/runs/create',
    headers: { host: 'localhost' },
    payload: { experiment_id: '0', start_time: 1 },
  });
  return answer.json<{ run: { info: { run_id: string } } }>().run.info.run_id;
}

async function upload(name: string, content: string | Buffer): Promise<string> {
  const answer = await application.http.inject({
    method: 'POST',
    url: `/api/v1/evaluations/files?name=${name}`,
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload: content,
  });
  return answer.json<{ upload: string }>().upload;
}

const COLUMNS = { id: 'id', correct: 'ok' };

async function importText(
  run: string,
  text: string,
  { file = 'e.csv', columns = COLUMNS }: { file?: string; columns?: Partial<EvaluationColumns> } = {},
) {
  const sent = await upload(file, text);
  return call(application, importEvaluation, {
    body: { runId: run, columns: { ...COLUMNS, ...columns }, upload: sent },
  });
}

describe('an import of per-example outcomes', () => {
  it('stores the outcomes of a CSV file with their means', async () => {
    const run = await createRun();
    const text = 'id,ok,f1,user,ms,usd\na,1,0.5,u,10,0.1\nb,true,0.25,u,20,0.2\nc,0,1,v,30,0.30\nd,false,0,w,40,0.4\n';
    const columns = { scores: ['f1'], cluster: 'user', latencyMs: 'ms', cost: 'usd', currency: 'USD' };
    const { outcome, evaluation } = await importText(run, text, { columns });
    expect(outcome).toBe('created');
    expect(evaluation).toMatchObject({
      runId: run,
      name: 'default',
      version: 1,
      rows: 4,
      clusters: 3,
      source: 'e.csv',
    });
    expect(evaluation.cost).toEqual({ amount: '1', currency: 'USD' });
    expect(evaluation.latencyP95Ms).toBeCloseTo(38.5, 9);
    expect(evaluation.outcomes).toMatchObject([
      { outcome: 'ok', kind: 'binary', mean: 0.5 },
      { outcome: 'f1', kind: 'score', mean: 0.4375 },
    ]);
    expect(await call(application, getEvaluation, { params: { evaluation: evaluation.evaluation } })).toEqual(
      evaluation,
    );
  });

  it('measures how much examples of one cluster depend on each other', async () => {
    const rows = Array.from(
      { length: 200 },
      (_, at) => `${at},${Math.floor(at / 4) % 3 === 0 ? 0 : 1},u${Math.floor(at / 4)}`,
    );
    const text = `id,ok,user\n${rows.join('\n')}\n`;
    const { evaluation } = await importText(await createRun(), text, { columns: { cluster: 'user' } });
    // Four equal examples in each of 50 clusters: 50 / 49 x 16 x 199 / (200 x 4).
    expect(evaluation.outcomes[0]?.inflation).toBeCloseTo((50 / 49) * ((16 * 199) / 800), 9);
  });

  it('changes nothing for the same content in another order and format, and makes a version of another content', async () => {
    const run = await createRun();
    const first = await importText(run, 'id,ok\na,1\nb,0\n');
    const again = await importText(run, '{"columns":["ok","id"],"data":[[false,"b"],[true,"a"]]}', { file: 'e.json' });
    expect(again).toEqual({ outcome: 'unchanged', evaluation: first.evaluation });
    const other = await importText(run, 'id,ok\na,1\nb,1\n');
    expect(other).toMatchObject({ outcome: 'created', evaluation: { version: 2 } });
    const { evaluations } = await call(application, listEvaluations, { query: { runId: run } });
    expect(evaluations.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('keeps a confidence for each example, from CSV and from a table of mlflow.log_table', async () => {
    const run = await createRun();
    const columns = { confidence: 'confidence' };
    const first = await importText(run, 'id,ok,confidence\na,1,0.9\nb,0,0\nc,1,1\n', { columns });
    expect(first.evaluation.confidence).toMatchObject({ lowest: 0, highest: 1 });
    expect(first.evaluation.confidence?.mean).toBeCloseTo(1.9 / 3, 12);
    const json = '{"columns":["confidence","ok","id"],"data":[[0.0,0,"b"],[1.0,1,"c"],[0.9,1,"a"]]}';
    expect(await importText(run, json, { file: 'e.json', columns })).toEqual({ ...first, outcome: 'unchanged' });
    const other = await importText(run, 'id,ok,confidence\na,1,0.8\nb,0,0\nc,1,1\n', { columns });
    expect(other).toMatchObject({ outcome: 'created', evaluation: { version: 2 } });
  });

  it('has the same digest without a confidence as before there was one', async () => {
    const { evaluation } = await importText(await createRun(), 'id,ok,user,ms\nb,0,u,20\na,1,v,10.5\n', {
      columns: { cluster: 'user', latencyMs: 'ms' },
    });
    expect(evaluation.confidence).toBeUndefined();
    // Computed by hand: lines of fields in order of the ids, digested in blocks.
    const [unit, none] = [String.fromCharCode(31), String.fromCharCode(30)];
    const lines = [
      ['a', '[1.0]', 'v', '10.5', none],
      ['b', '[0.0]', 'u', '20.0', none],
    ].map((fields) => fields.join(unit));
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const rows = digest(digest(lines.join('\n')));
    expect(evaluation.sha256).toBe(digest(`${JSON.stringify([[['ok', 'binary']], null])}\n${rows}`));
  });

  it.each([
    ['above 1', '1.01'],
    ['below 0', '-0.01'],
    ['that is NaN', 'NaN'],
    ['that is missing', ''],
    ['that is no number', 'high'],
  ])('refuses a confidence %s', async (_what, value) => {
    const text = `id,ok,sure\na,1,${value}\nb,0,0.5\n`;
    const problem = await catchProblem(importText(await createRun(), text, { columns: { confidence: 'sure' } }));
    expect(problem).toMatchObject({
      code: 'evaluation_rows_invalid',
      detail: expect.stringContaining('1 rows have no number from 0 to 1 in column "sure"'),
    });
  });

  it('reads a table that a client logged as an artifact of the run', async () => {
    const run = await createRun();
    const put = await application.http.inject({
      method: 'PUT',
      url: `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/eval.json`,
      headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
      payload: '{"columns":["id","ok"],"data":[[1,1],[2,0],[3,1]]}',
    });
    expect(put.statusCode).toBe(200);
    const { evaluation } = await call(application, importEvaluation, {
      body: { runId: run, columns: COLUMNS, artifact: 'eval.json' },
    });
    expect(evaluation).toMatchObject({ rows: 3, source: 'artifact eval.json' });
    const missing = call(application, importEvaluation, {
      body: { runId: run, columns: COLUMNS, artifact: 'no.json' },
    });
    expect(await catchProblem(missing)).toMatchObject({ code: 'evaluation_artifact_missing' });
  });

  it.each([
    ['no rows', 'id,ok\n', 'it has no rows'],
    ['a repeated id', 'id,ok\na,1\na,0\n', 'the id "a" of column "id" is in 2 rows'],
    ['an empty id', 'id,ok\n,1\nb,0\n', '1 rows have no id'],
    ['a missing outcome', 'id,ok\na,\nb,0\n', '1 rows have no true or false'],
    ['an outcome that is no boolean', 'id,ok\na,0.5\nb,0\n', '1 rows have no true or false'],
  ])('refuses a table with %s', async (_what, text, detail) => {
    const problem = await catchProblem(importText(await createRun(), text));
    expect(problem).toMatchObject({ code: 'evaluation_rows_invalid', detail: expect.stringContaining(detail) });
  });

  it('refuses NaN as a score', async () => {
    const text = 'id,ok,f1\na,1,NaN\nb,0,1\n';
    const problem = await catchProblem(importText(await createRun(), text, { columns: { scores: ['f1'] } }));
    expect(problem).toMatchObject({
      code: 'evaluation_rows_invalid',
      detail: expect.stringContaining('finite number'),
    });
  });

  it.each([
    ['a column that is missing', 'id,correct\na,1\n', 'evaluation_column_missing'],
    ['JSON of another shape', '{"rows":[{"id":1}]}', 'evaluation_column_missing'],
    ['an empty file', '', 'file_empty'],
  ])('refuses %s', async (_what, text, code) => {
    expect(await catchProblem(importText(await createRun(), text))).toMatchObject({ code });
  });

  it('refuses a run that does not exist', async () => {
    expect(await catchProblem(importText('nope', 'id,ok\na,1\n'))).toMatchObject({ code: 'run_not_found' });
  });
});
