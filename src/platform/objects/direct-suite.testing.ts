import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DirectUpload, Objects, StoredPart } from './index.ts';
import { type ObjectsPlace, readObjectText } from './suite.testing.ts';

const MARK = '0123456789abcdef'.repeat(2);
/** The least that S3 takes for a part that is not the last. */
const PART_BYTES = 5 * 1024 ** 2;
const LARGEST = 64 * 1024 ** 2;
const shown = { contentType: 'text/plain', contentDisposition: 'attachment; filename="a b.txt"' };

/** Contract of every store that gives signed URLs to clients. */
export function directSuite(kind: string, newPlace: () => Promise<ObjectsPlace>): void {
  describe(`addresses in ${kind}`, () => {
    let objects: Objects;
    beforeEach(async () => {
      objects = await (await newPlace()).open();
    });
    afterEach(() => objects[Symbol.asyncDispose]());
    downloadTests(() => objects);
    uploadTests(() => objects);
    refusalTests(() => objects);
  });
}

type Opened = () => Objects;

function downloadTests(opened: Opened): void {
  it('let whoever holds them read this object, whole or in ranges, as an attachment', async () => {
    await opened().put('d/a b+ü.txt', '0123456789');
    const { url, headers, sizeBytes } = await requireDirect(opened()).download('d/a b+ü.txt', shown);
    expect(sizeBytes).toBe(10);
    const whole = await fetch(url, { headers });
    expect([whole.status, await whole.text()]).toEqual([200, '0123456789']);
    expect(whole.headers.get('content-disposition')).toBe(shown.contentDisposition);
    expect(whole.headers.get('content-type')).toBe(shown.contentType);
    const part = await fetch(url, { headers: { ...headers, range: 'bytes=2-4' } });
    expect([part.status, await part.text()]).toEqual([206, '234']);
  });

  it('let them do nothing else', async () => {
    await opened().put('mine', 'mine');
    await opened().put('other', 'other');
    const { url } = await requireDirect(opened()).download('mine', shown);
    const elsewhere = new URL(url);
    elsewhere.pathname = elsewhere.pathname.replace(/mine$/, 'other');
    const tried = [
      fetch(elsewhere),
      fetch(url, { method: 'PUT', body: 'changed', headers: { 'x-ms-blob-type': 'BlockBlob' } }),
      fetch(url, { method: 'DELETE' }),
    ];
    for (const { status } of await Promise.all(tried)) expect(status).toBe(403);
    expect(await readObjectText(opened(), 'mine')).toBe('mine');
  });

  it('are not given for what is not there, nor for paths that climb', async () => {
    await opened().put('d/x', 'x');
    for (const key of ['nope', 'd'])
      await expect(requireDirect(opened()).download(key, shown)).rejects.toMatchObject({ code: 'object_not_found' });
    await expect(requireDirect(opened()).download('d/..%2fx', shown)).rejects.toMatchObject({
      code: 'object_path_invalid',
    });
  });
}

function uploadTests(opened: Opened): void {
  it('take the parts of an object, which is there when they are complete, and not before', async () => {
    await opened().put('k', 'old');
    const upload = await requireDirect(opened()).beginUpload('k', MARK);
    const contents = [Buffer.alloc(PART_BYTES, 'a'), Buffer.alloc(PART_BYTES, 'b'), Buffer.from('end')];
    const parts = await sendParts(opened(), upload, contents);
    expect(await readObjectText(opened(), 'k')).toBe('old');
    await requireDirect(opened()).completeUpload(upload, parts, LARGEST);
    expect(await readObjectText(opened(), 'k')).toBe(Buffer.concat(contents).toString());
    // A client that did not receive the first response retries.
    await requireDirect(opened()).completeUpload(upload, parts, LARGEST);
    await requireDirect(opened()).abortUpload(upload);
    expect(await opened().size('k')).toBe(2 * PART_BYTES + 3);
  });

  it('take a part again, of which the last counts', async () => {
    const upload = await requireDirect(opened()).beginUpload('k', MARK);
    await sendParts(opened(), upload, [Buffer.from('first')]);
    const parts = await sendParts(opened(), upload, [Buffer.from('second')]);
    await requireDirect(opened()).completeUpload(upload, parts, LARGEST);
    expect(await readObjectText(opened(), 'k')).toBe('second');
  });

  it('lead to nothing once the upload is aborted', async () => {
    const upload = await requireDirect(opened()).beginUpload('d/k', MARK);
    await sendParts(opened(), upload, [Buffer.from('x')]);
    await requireDirect(opened()).abortUpload(upload);
    await requireDirect(opened()).abortUpload(upload);
    expect(await opened().size('d/k')).toBeNull();
    expect(await opened().list('')).toEqual([]);
  });
}

function refusalTests(opened: Opened): void {
  it('make no object of parts that are not there, nor of more bytes than it may have', async () => {
    await opened().put('k', 'old');
    const upload = await requireDirect(opened()).beginUpload('k', MARK);
    const parts = await sendParts(opened(), upload, [Buffer.alloc(PART_BYTES, 'a'), Buffer.from('b')]);
    const missing = [...parts, { partNumber: 3, etag: '"x"' }];
    await expect(requireDirect(opened()).completeUpload(upload, missing, LARGEST)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('part 3 has not been uploaded'),
    });
    await expect(requireDirect(opened()).completeUpload(upload, parts, PART_BYTES)).rejects.toMatchObject({
      code: 'payload_too_large',
    });
    expect(await readObjectText(opened(), 'k')).toBe('old');
    await requireDirect(opened()).completeUpload(upload, parts, PART_BYTES + 1);
    expect(await opened().size('k')).toBe(PART_BYTES + 1);
  });

  it('let nobody write another key', async () => {
    const upload = await requireDirect(opened()).beginUpload('k', MARK);
    const [address] = await requireDirect(opened()).partAddresses(upload, 1);
    const elsewhere = new URL(address?.url ?? '');
    elsewhere.pathname = elsewhere.pathname.replace(/k$/, 'other');
    expect((await fetch(elsewhere, { method: 'PUT', body: 'x' })).status).toBe(403);
    expect((await fetch(address?.url ?? '', { method: 'GET' })).status).toBe(403);
  });
}

/** Uploads the parts as a client does and returns their numbers and etags. */
async function sendParts(objects: Objects, upload: DirectUpload, contents: readonly Buffer[]): Promise<StoredPart[]> {
  const addresses = await requireDirect(objects).partAddresses(upload, contents.length);
  const sending = addresses.map(async ({ url, headers }, index) => {
    const answer = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(contents[index] ?? []) });
    expect(answer.ok, await answer.text()).toBe(true);
    return { partNumber: index + 1, etag: answer.headers.get('etag') ?? '' };
  });
  return Promise.all(sending);
}

function requireDirect(objects: Objects): NonNullable<Objects['direct']> {
  if (objects.direct === null) throw new Error('this store gives no addresses');
  return objects.direct;
}
