import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { getRawRow } from '../../src/finops/billing/raw/schema.ts';
import { costRows } from '../../src/finops/costs/schema.ts';
import type { Application } from '../../src/main.ts';
import { createMultipart } from '../../src/mlops/artifacts/multipart.ts';
import { testClock } from '../../src/platform/jobs/fixtures.testing.ts';
import { openRemoteObjects } from '../../src/platform/objects/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { call, importFiles, testApplication } from '../../src/testing/application.ts';
import { findMoto, type S3Server, startSignedS3 } from '../support/moto.ts';

const there = findMoto() !== null || process.env.CI !== undefined;
const BASE = '/api/2.0/mlflow-artifacts';
const FOLDER = '0/run/artifacts';
const Begun = z.object({
  upload_id: z.string(),
  credentials: z.array(
    z.object({ url: z.string(), part_number: z.number(), headers: z.record(z.string(), z.string()) }),
  ),
});
const Presigned = z.object({ url: z.string(), headers: z.record(z.string(), z.string()), file_size: z.number() });

describe.skipIf(!there)('a server with artifacts in a bucket (skipped where moto_server is not installed)', () => {
  let server: S3Server;
  let bucket: string;
  beforeAll(async () => {
    server = await startSignedS3();
    bucket = await server.newBucket();
  });
  afterAll(() => server?.stop());

  function addressOf(name: string, parameters = ''): string {
    const keys = mkdtempSync(join(tmpdir(), 'keys-'));
    writeFileSync(join(keys, 'id'), server.accessKeyId);
    writeFileSync(join(keys, 'secret'), server.secretAccessKey);
    const references = `accessKeyId=file:${keys}/id&secretAccessKey=file:${keys}/secret`;
    return `s3://${name}/team?region=us-east-1&endpoint=${server.endpoint}&${references}${parameters}`;
  }

  async function ask(
    application: Application,
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    payload?: string | object,
  ) {
    const given = payload === undefined ? {} : { payload };
    const answer = await application.http.inject({ method, url: path, headers: { host: 'localhost' }, ...given });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body };
  }

  async function begin(application: Application, parts: number) {
    const message = { path: '/home/me/big.bin', num_parts: parts };
    return Begun.parse(JSON.parse((await ask(application, 'POST', `${BASE}/mpu/create/${FOLDER}`, message)).text));
  }

  it('keeps raw bills, which the lake reads as files, in its data folder', async () => {
    await using application = await testApplication({}, { objects: addressOf(bucket) });
    const bill = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart\n7,USD,2026-10-01,2026-10-02\n';
    const { delivery } = await importFiles(application, 'aws', { 'bill.csv': bill });
    expect((await call(application, costRows)).rows).toMatchObject([{ billedCost: '7' }]);
    const query = { delivery: delivery ?? '', file: 'bill.csv', row: 1 };
    expect((await call(application, getRawRow, { query })).fields[0]).toEqual({ column: 'BilledCost', value: '7' });
    expect(await server.keys(bucket)).toEqual([]);
  });

  it('gives addresses for downloads, to whoever may download', async () => {
    await using application = await testApplication({}, { objects: addressOf(bucket) });
    await ask(application, 'PUT', `${BASE}/artifacts/${FOLDER}/page.html`, '<b>hi</b>');
    expect(await server.keys(bucket)).toEqual([`team/artifacts/${FOLDER}/page.html`]);
    const answer = await ask(application, 'GET', `${BASE}/presigned/${FOLDER}/page.html`);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { url, headers, file_size } = Presigned.parse(JSON.parse(answer.text));
    const file = await fetch(url, { headers });
    expect([file.status, await file.text(), file_size]).toEqual([200, '<b>hi</b>', 9]);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename=page.html');
    expect((await ask(application, 'GET', `${BASE}/presigned/${FOLDER}/nope`)).status).toBe(404);
    const folder = await ask(application, 'GET', `${BASE}/presigned/${FOLDER}`);
    expect([folder.status, folder.text]).toEqual([400, expect.stringContaining('directory')]);
    expect((await ask(application, 'GET', `${BASE}/presigned/0/%252e%252e/x`)).status).toBe(400);
    await using closed = await testApplication({}, { objects: addressOf(bucket), accounts: 'on' });
    expect((await ask(closed, 'GET', `${BASE}/presigned/${FOLDER}/page.html`)).status).toBe(401);
  });

  it('sends parts to the bucket, and refuses an end without them', async () => {
    await using application = await testApplication({}, { objects: addressOf(bucket) });
    const { upload_id, credentials } = await begin(application, 1);
    const [part] = credentials;
    expect(part?.url).toMatch(server.endpoint);
    const end = (etag: string) =>
      ask(application, 'POST', `${BASE}/mpu/complete/${FOLDER}`, {
        path: 'big.bin',
        upload_id,
        parts: [{ part_number: 1, etag, url: '' }],
      });
    expect(await end('"x"')).toMatchObject({ status: 400, text: expect.stringContaining('INVALID_PARAMETER_VALUE') });
    const sent = await fetch(part?.url ?? '', { method: 'PUT', body: 'content' });
    expect((await end(sent.headers.get('etag') ?? '')).status).toBe(200);
    expect((await end(sent.headers.get('etag') ?? '')).status).toBe(200);
    expect((await ask(application, 'GET', `${BASE}/artifacts/${FOLDER}/big.bin`)).text).toBe('content');
  });

  it('lets everything pass through itself where clients cannot reach the bucket', async () => {
    await using application = await testApplication({}, { objects: addressOf(bucket, '&direct=false') });
    await ask(application, 'PUT', `${BASE}/artifacts/${FOLDER}/a.txt`, 'x');
    expect((await ask(application, 'GET', `${BASE}/presigned/${FOLDER}/a.txt`)).status).toBe(501);
    const { upload_id, credentials } = await begin(application, 2);
    const parts = [];
    for (const { url, part_number } of credentials) {
      const { pathname, search, origin } = new URL(url);
      expect(origin).not.toBe(server.endpoint);
      const { headers } = await ask(application, 'PUT', pathname + search, `part ${part_number};`);
      parts.push({ part_number, etag: headers.etag, url });
    }
    const end = { path: 'big.bin', upload_id, parts };
    expect((await ask(application, 'POST', `${BASE}/mpu/complete/${FOLDER}`, end)).status).toBe(200);
    expect((await ask(application, 'GET', `${BASE}/artifacts/${FOLDER}/big.bin`)).text).toBe('part 1;part 2;');
  });

  it('lets go of parts in the bucket when an upload is aborted, and when it has expired', async () => {
    const other = await server.newBucket();
    await using objects = await openRemoteObjects(addressOf(other), { clock: systemClock });
    const clock = testClock();
    const multipart = createMultipart({ objects, clock, maxUploadBytes: 100 });
    const create = () => multipart.create(FOLDER, 'big.bin', 1, () => 'at this server');
    const { uploadId } = await create();
    await multipart.abort(FOLDER, 'big.bin', uploadId);
    expect(await server.uploads(other)).toEqual(new Map());
    await create();
    expect((await server.uploads(other)).size).toBe(1);
    clock.forward(24 * 3_600_000);
    expect(await multipart.clear()).toBe(1);
    expect(await server.uploads(other)).toEqual(new Map());
    expect(await server.keys(other)).toEqual([]);
  });

  it('does not start without its bucket, and says why', async () => {
    const starting = testApplication({}, { objects: addressOf('no-such-bucket') });
    await expect(starting).rejects.toMatchObject({
      code: 'bucket_not_found',
      message: expect.stringContaining('s3://no-such-bucket/team'),
    });
  });
});
