import { appendFileSync, mkdirSync, mkdtempSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Bucket, openBucket } from './index.ts';
import { bucketSuite, listAll } from './suite.testing.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'bucket-'));

bucketSuite('a folder', async () => {
  const root = newFolder();
  const put = async (key: string, content: Parameters<typeof writeFile>[1]) => {
    await mkdir(dirname(join(root, key)), { recursive: true });
    await writeFile(join(root, key), content);
  };
  return {
    put,
    putStream: put,
    open: () => openBucket({ type: 'folder', path: root }),
    openMissing: () => openBucket({ type: 'folder', path: join(root, 'nowhere') }),
  };
});

describe('a folder as a bucket', () => {
  let root: string;
  let bucket: Bucket;
  const write = (key: string, content: string | Buffer) => {
    mkdirSync(dirname(join(root, key)), { recursive: true });
    writeFileSync(join(root, key), content);
  };
  const keys = async () => (await listAll(bucket.list(''))).map(({ key }) => key);

  beforeEach(async () => {
    root = newFolder();
    bucket = await openBucket({ type: 'folder', path: root });
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', '.', './a', 'a//b', '', 'a\0b'])('refuses the key %j', async (key) => {
    write('a/b', 'x');
    await expect(bucket.read(key)).rejects.toMatchObject({ code: 'object_path_invalid' });
  });

  it('lists nothing for a prefix that climbs', async () => {
    write('a', 'x');
    for (const prefix of ['../', '/', './', 'a/../']) expect(await listAll(bucket.list(prefix))).toEqual([]);
  });

  it('neither lists nor reads what a link outside leads to', async () => {
    const outside = newFolder();
    writeFileSync(join(outside, 'secret'), 's');
    symlinkSync(outside, join(root, 'folder'));
    symlinkSync(join(outside, 'secret'), join(root, 'file'));
    symlinkSync('nowhere', join(root, 'dangling'));
    symlinkSync('loop', join(root, 'loop'));
    write('own', 'x');
    expect(await keys()).toEqual(['own']);
    for (const key of ['folder/secret', 'file', 'loop'])
      await expect(bucket.read(key)).rejects.toMatchObject({ code: 'object_path_invalid' });
    await expect(bucket.read('dangling')).rejects.toMatchObject({ code: 'bucket_object_not_found' });
  });

  it('reads through links that stay inside, and does not walk in circles', async () => {
    write('2024/file', 'x');
    symlinkSync('2024', join(root, 'latest'));
    symlinkSync('2024/file', join(root, 'link'));
    symlinkSync('..', join(root, '2024', 'up'));
    expect(await keys()).toEqual(['2024/file', 'link']);
    expect(await text(await bucket.read('link'))).toBe('x');
    expect(await text(await bucket.read('latest/file'))).toBe('x');
  });

  it('orders by UTF-8 across folders, as S3 does', async () => {
    const inOrder = ['a-b', 'a.b', 'a/x', 'a0', '\uFF01', '\u{1F600}/y'];
    for (const key of inOrder.toReversed()) write(key, 'x');
    expect(await keys()).toEqual(inOrder);
  });

  it('is no object: a folder', async () => {
    write('a/b', 'x');
    await expect(bucket.read('a')).rejects.toMatchObject({ code: 'bucket_object_not_found' });
    await expect(bucket.read('a/b/c')).rejects.toMatchObject({ code: 'bucket_object_not_found' });
  });

  it.each([
    ['grows', (path: string) => appendFileSync(path, 'more')],
    ['shrinks', (path: string) => truncateSync(path, 2_000_000)],
    ['is written anew in the same size', (path: string) => writeFileSync(path, Buffer.alloc(3_000_000, 'y'))],
  ])('fails when the file %s while it is read', async (_, change) => {
    write('big', Buffer.alloc(3_000_000, 'x'));
    const content = await bucket.read('big');
    const reading = (async () => {
      let seen = 0;
      for await (const chunk of content) {
        if (seen === 0) change(join(root, 'big'));
        seen += chunk.length;
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'bucket_object_changed' });
  });

  it('finishes the old file when another is moved to its place, whose etag is another', async () => {
    write('big', Buffer.alloc(3_000_000, 'x'));
    const [before] = await listAll(bucket.list(''));
    const content = await bucket.read('big', before?.etag);
    write('new', Buffer.alloc(3_000_000, 'y'));
    renameSync(join(root, 'new'), join(root, 'big'));
    expect((await buffer(content)).equals(Buffer.alloc(3_000_000, 'x'))).toBe(true);
    await expect(bucket.read('big', before?.etag)).rejects.toMatchObject({ code: 'bucket_object_changed' });
  });

  it('refuses a root that is a file', async () => {
    write('file', 'x');
    const opening = openBucket({ type: 'folder', path: join(root, 'file') });
    await expect(opening).rejects.toMatchObject({ code: 'bucket_not_found' });
  });
});
