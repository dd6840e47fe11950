import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { Upload } from '../../platform/uploads/schema.ts';
import { billText, call, catchProblem, testApplication } from '../../testing/application.ts';
import { importBill } from './schema.ts';

const application = await testApplication();
const objects = join(application.config.data, 'objects');

/** An upload of one bill row, and what the caller asks for; the answer to the first question may get lost. */
async function sendBill(cost: string) {
  const bill = billText({ cost, account: `account-${cost}` });
  const sent = await application.http.inject({
    method: 'POST',
    url: '/api/v1/uploads?name=bill.csv',
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload: bill,
  });
  const { upload } = Upload.parse(sent.json());
  const content = join(objects, 'uploads', upload, 'content');
  const raw = join(objects, 'bills', createHash('sha256').update(bill).digest('hex'));
  const ask = () =>
    call(application, importBill, { body: { source: `source-${cost}`, files: [{ upload, name: 'bill.csv' }] } });
  return { ask, content, raw };
}

it('a caller who got no answer asks again with the same upload', async () => {
  const { ask } = await sendBill('1');
  const first = await ask();
  expect(await ask()).toMatchObject({ delivery: first.delivery, accepted: 1, unchanged: true });
});

it('an import that was killed after it moved the bytes of its upload is done again', async () => {
  const { ask, content, raw } = await sendBill('2');
  await mkdir(dirname(raw), { recursive: true });
  await rename(content, raw);
  expect(await ask()).toMatchObject({ accepted: 1, unchanged: false });
});

it('an upload whose bytes are nowhere is not there', async () => {
  const { ask, content } = await sendBill('3');
  await rm(content);
  expect(await catchProblem(ask())).toMatchObject({ code: 'upload_not_found', status: 404 });
});
