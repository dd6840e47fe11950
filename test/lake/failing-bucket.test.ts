import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { COIN, HOUR_MS, LakeBench, MINUTE_MS, stage } from '../../src/platform/lake/bench.testing.ts';
import type { Lake, StagedFile } from '../../src/platform/lake/index.ts';
import { type Objects, openRemoteObjects } from '../../src/platform/objects/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { type FailingDoor, openFailingDoor } from '../support/failing-door.ts';
import { findMoto, type S3Server, type S3User, startS3, statement } from '../support/moto.ts';
import { smallDisk } from '../support/small-disk.ts';

const there = findMoto() !== null || process.env.CI !== undefined;
const DENIED = { code: 'bucket_access_denied' };
const AWAY = { code: 'bucket_unreachable' };
/** Longer than the retries of the SDK. */
const LONG_MS = 60_000;

describe.skipIf(!there)('a lake in a bucket that fails (skipped where moto_server is not installed)', () => {
  let server: S3Server;
  let door: FailingDoor;
  let bucket: string;
  let bench: LakeBench;
  beforeAll(async () => {
    server = await startS3();
    door = await openFailingDoor(server.endpoint);
  });
  afterAll(async () => {
    await door?.[Symbol.asyncDispose]();
    await server?.stop();
  });
  beforeEach(async () => {
    door.treat(() => null);
    bucket = await server.newBucket();
    const files = await open(server.endpoint);
    bench = await LakeBench.open({ database: 'sqlite', files, root: null, isShared: true });
  });

  function open(endpoint: string, user: S3User = server): Promise<Objects> {
    const keys = 'accessKeyId=env:KEY&secretAccessKey=env:SECRET';
    const environment = { KEY: user.accessKeyId, SECRET: user.secretAccessKey };
    const address = `s3://${bucket}/lake?region=us-east-1&endpoint=${endpoint}&${keys}`;
    return openRemoteObjects(address, { clock: systemClock, environment });
  }

  /** A server that reaches the bucket through this endpoint. */
  async function through(name: string, endpoint: string, user?: S3User): Promise<Lake> {
    const files = await open(endpoint, user);
    onTestFinished(() => files[Symbol.asyncDispose]());
    return bench.server(name, { files });
  }
  const behindDoor = (name: string) => through(name, door.endpoint);

  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'ok',
      (error: { code?: string }) => error.code ?? String(error),
    );

  it('without the right to delete: no work fails, the sweep names the right, and removes all when it has it', async () => {
    const rights = ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'];
    const uploads = ['s3:ListBucketMultipartUploads', 's3:ListMultipartUploadParts'];
    const user = await server.newUser(statement({ Effect: 'Allow', Action: [...rights, ...uploads], Resource: '*' }));
    const lake = await through('denied', server.endpoint, user);
    await bench.stageMany(lake, 2);
    await lake.discard([await stage(lake, 9)]);
    await bench.swap(lake, [await stage(lake, 7)], ['aws/2026-10']);
    await lake.removeSuperseded(bench.store, COIN);
    const hold = lake.upkeep.hold();
    await lake.discard([await stage(lake, 9)]);
    await hold[Symbol.asyncDispose]();
    expect(await bench.sum(lake)).toBe(7);
    const sweeping = bench.sweep(lake, 11 * MINUTE_MS);
    await expect(sweeping).rejects.toMatchObject({
      ...DENIED,
      message: expect.stringContaining('allow s3:DeleteObject'),
    });
    const parquet = async () => (await bench.names()).filter((name) => name.endsWith('.parquet')).length;
    expect([await bench.sum(lake), await parquet()]).toEqual([7, 5]);

    const allowed = await through('allowed', server.endpoint);
    // Two had a mark; those that were staged and discarded get one when they are a day old.
    expect(await bench.sweep(allowed, 11 * MINUTE_MS)).toBe(2);
    await bench.sweep(allowed, 25 * HOUR_MS);
    expect(await bench.sweep(allowed, 25 * HOUR_MS)).toBe(2);
    expect([await parquet(), await bench.sum(allowed)]).toEqual([1, 7]);
  });

  it('keeps an object that alone cannot be removed, and removes the others', async () => {
    const lake = await behindDoor('a');
    const old = await bench.stageMany(lake, 20);
    await bench.swap(lake, [await stage(lake, 7)], ['aws/2026-10']);
    await lake.removeSuperseded(bench.store, COIN);
    const [locked] = old.toSorted((one, other) => (one.path < other.path ? -1 : 1));
    door.treat((method, path) => (method === 'DELETE' && path.includes(`${locked?.id}.parquet?`) ? 'refuse' : null));
    await expect(bench.sweep(lake, 11 * MINUTE_MS)).rejects.toMatchObject(DENIED);
    expect((await bench.names()).filter((name) => name.endsWith('.parquet'))).toHaveLength(2);
    door.treat(() => null);
    expect(await bench.sweep(lake, 11 * MINUTE_MS)).toBe(1);
  });

  it('without the right to write: staging fails with its name, statements go on, and nothing is left', async () => {
    const lake = await behindDoor('a');
    await bench.stageMany(lake, 2);
    door.treat((method) => (method === 'PUT' || method === 'POST' ? 'refuse' : null));
    await expect(stage(lake, 3)).rejects.toMatchObject({ ...DENIED, message: expect.stringContaining('s3:PutObject') });
    // Marks are written too: their files wait for the sweep.
    await bench.store.transaction((sql) => lake.swap(sql, COIN, { remove: ['other'], add: [] }));
    await lake.removeSuperseded(bench.store, COIN);
    expect([await bench.sum(lake), (await bench.names()).length]).toEqual([3, 2]);
    door.treat(() => null);
    await bench.swap(lake, [await stage(lake, 3)]);
    expect(await bench.sum(lake)).toBe(6);
  });

  it('stores a swap whose superseded files it cannot mark, and removes these files later', async () => {
    const lake = await behindDoor('a');
    await bench.stageMany(lake, 2);
    await bench.swap(lake, [await stage(lake, 7)], ['aws/2026-10']);
    door.treat((method) => (method === 'PUT' ? 'refuse' : null));
    expect((await lake.removeSuperseded(bench.store, COIN)).length).toBe(2);
    door.treat(() => null);
    expect((await bench.names()).length).toBe(3);
    await bench.sweep(lake, 25 * HOUR_MS);
    expect([await bench.sweep(lake, 25 * HOUR_MS), await bench.sum(lake)]).toEqual([2, 7]);
  });

  it('that is slow: files are loaded together, and statements with copies do not wait', async () => {
    await bench.stageMany(await through('writer', server.endpoint), 16);
    const lake = await behindDoor('slow');
    const local = await stage(lake, 100, 'local');
    door.treat(() => ({ delayMs: 700 }));
    const relation = lake.stagedRelation(COIN, [local]);
    const slow = bench.sum(lake).then(() => 'slow');
    const fast = lake.query(`SELECT id FROM ${relation}`).then(() => 'fast');
    expect([await Promise.race([slow, fast]), await slow, door.mostAtOnce > 4]).toEqual(['fast', 'slow', true]);
  });

  it('that drops connections within an object: it is read on from there', async () => {
    await bench.stageMany(await through('writer', server.endpoint), 3);
    const lake = await behindDoor('cut');
    const cut = new Set<string>();
    door.treat((method, path) => {
      if (method !== 'GET' || !path.includes('.parquet') || cut.has(path)) return null;
      cut.add(path);
      return 'cut';
    });
    expect([await bench.sum(lake), cut.size]).toEqual([6, 3]);
  });

  it('that drops some requests: statements and stagings send them again', async () => {
    await bench.stageMany(await through('writer', server.endpoint), 3);
    const lake = await behindDoor('some');
    const seen = new Map<string, number>();
    door.treat((method, path) => {
      const count = (seen.get(`${method} ${path}`) ?? 0) + 1;
      seen.set(`${method} ${path}`, count);
      return count <= 2 ? 'drop' : null;
    });
    const [sum, staged] = await Promise.all([bench.sum(lake), stage(lake, 4)]);
    await bench.swap(lake, [staged]);
    expect([sum, await bench.sum(lake), Math.min(...seen.values())]).toEqual([6, 10, 3]);
  });

  it(
    'that is away for long: one clear code, statements with copies go on, and all works when it is back',
    async () => {
      const written = await bench.stageMany(await through('writer', server.endpoint), 3);
      const lake = await behindDoor('long');
      const local = await stage(lake, 100, 'local');
      const superseded = await stage(lake, 50, 'old');
      await bench.swap(lake, [local, superseded]);
      await bench.swap(lake, [], ['old']);
      door.treat(() => 'drop');
      const codes = await Promise.all([
        codeOf(bench.sum(lake)),
        codeOf(stage(lake, 4)),
        codeOf(lake.upkeep.inspect(written[0] as StagedFile)),
        codeOf(bench.sweep(lake, 25 * HOUR_MS)),
        // The forgotten file waits for the sweep.
        codeOf(lake.removeSuperseded(bench.store, COIN)),
        codeOf(lake.query(`SELECT id FROM ${lake.stagedRelation(COIN, [local])}`)),
      ]);
      expect(codes).toEqual([...Array(4).fill(AWAY.code), 'ok', 'ok']);
      door.treat(() => null);
      await bench.swap(lake, [await stage(lake, 4)]);
      expect([await bench.sum(lake), await lake.upkeep.damagedFiles(bench.store)]).toEqual([110, []]);
      await bench.sweep(lake, 25 * HOUR_MS);
      expect([await bench.sweep(lake, 25 * HOUR_MS), await bench.holds(superseded), await bench.sum(lake)]).toEqual([
        1,
        false,
        110,
      ]);
    },
    4 * LONG_MS,
  );

  const disk = smallDisk(8);

  describe.skipIf(disk === null)('with a small disk for copies (skipped where it cannot be mounted)', () => {
    afterAll(() => void execFileSync('umount', ['-l', disk ?? '']));

    /** Random text of a megabyte: it cannot be compressed. */
    const wide = (id: number) =>
      `SELECT ${id} AS id, string_agg(md5(i::VARCHAR || '${id}'), '') AS note FROM range(60000) r(i)`;

    it('makes room for new copies and new files, and names the setting when one statement needs more', async () => {
      const lake = await bench.server('small', { cache: `${disk}/copies` });
      const files: StagedFile[] = [];
      for (let id = 1; id <= 12; id += 1)
        files.push(await lake.session((session) => session.stage(COIN, 'aws/2026-10', wide(id))));
      await bench.swap(lake, files);
      expect(files[0]?.sizeBytes).toBeGreaterThan(900_000);
      const ids: unknown[] = [];
      for (const file of files) {
        const relation = lake.stagedRelation(COIN, [file]);
        ids.push((await lake.query(`SELECT id FROM ${relation} WHERE length(note) = 1920000`))[0]?.id);
      }
      expect(ids).toEqual(files.map((_, at) => at + 1));
      await expect(bench.sum(lake)).rejects.toMatchObject({
        code: 'storage_full',
        message: expect.stringContaining('lower lakeCache'),
      });
      const [file] = files;
      if (file === undefined) return expect.unreachable();
      expect(await lake.query(`SELECT id FROM ${lake.stagedRelation(COIN, [file])}`)).toEqual([{ id: 1 }]);
    });
  });
});
