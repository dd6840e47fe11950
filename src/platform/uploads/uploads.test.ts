import { mkdtempSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openObjects } from '../objects/index.ts';
import { createUploads } from './index.ts';

const HOUR = 3_600_000;

async function fixture() {
  const objects = await openObjects(mkdtempSync(join(tmpdir(), 'uploads-')));
  const time = { now: Date.parse('2026-11-01T00:00:00Z') };
  return {
    objects,
    time,
    uploads: createUploads({ objects, clock: { now: () => time.now }, config: { maxUploadBytes: 1_000 } }),
  };
}

describe('an upload', () => {
  it('is known by its id, by the last part of its name, with size and hash', async () => {
    const { uploads } = await fixture();
    const received = await uploads.receive('bills/../aws.csv', Readable.from([Buffer.from('abc')]));
    expect(received).toMatchObject({ name: 'aws.csv', sizeBytes: 3 });
    expect(await uploads.facts(received.upload)).toEqual(received);
  });

  it('moves to where it stays, once; a place that is taken keeps what it holds', async () => {
    const { uploads, objects } = await fixture();
    for (const _ of [1, 2]) {
      const { upload } = await uploads.receive('a.csv', Readable.from([Buffer.from('abc')]));
      await uploads.settle(upload, 'bills/hash');
      await expect(uploads.facts(upload)).rejects.toMatchObject({ code: 'upload_not_found' });
      expect(await objects.size(uploads.keyOf(upload))).toBeNull();
    }
    expect(await objects.size('bills/hash')).toBe(3);
  });

  it('that has moved is known for a day, for a caller who got no answer', async () => {
    const { uploads, objects, time } = await fixture();
    const received = await uploads.receive('a.csv', Readable.from([Buffer.from('abc')]));
    for (const _ of [1, 2]) {
      await uploads.settle(received.upload, 'bills/hash');
      expect(await uploads.received(received.upload)).toEqual(received);
    }
    time.now += 25 * HOUR;
    expect(await uploads.clear(time.now - 24 * HOUR)).toBe(1);
    await expect(uploads.received(received.upload)).rejects.toMatchObject({ code: 'upload_not_found' });
    expect([await objects.list('uploads'), await objects.size('bills/hash')]).toEqual([[], 3]);
  });

  it('is cleared away when nobody used it in time, and a younger one is not', async () => {
    const { uploads, time } = await fixture();
    const old = await uploads.receive('old.csv', Readable.from([Buffer.from('a')]));
    time.now += 25 * HOUR;
    const young = await uploads.receive('young.csv', Readable.from([Buffer.from('b')]));
    expect(await uploads.clear(time.now - 24 * HOUR)).toBe(1);
    await expect(uploads.facts(old.upload)).rejects.toMatchObject({ code: 'upload_not_found' });
    expect((await uploads.facts(young.upload)).name).toBe('young.csv');
  });

  it.each([
    ['without facts', null],
    ['with facts that were cut off', '{"upload": "u_'],
    ['with facts of another shape', '{}'],
    ['with facts and no bytes', undefined],
  ])('%s is cleared away by the age of its folder', async (_what, facts) => {
    const { objects, uploads, time } = await fixture();
    const left = async (upload: string, at: number) => {
      if (facts !== undefined) await objects.put(`uploads/${upload}/content`, 'bytes');
      if (facts !== null) await objects.put(`uploads/${upload}/facts.json`, facts ?? '[]');
      await utimes((await objects.localPath(`uploads/${upload}`)) ?? '', at / 1000, at / 1000);
    };
    await left('u_old', time.now - 25 * HOUR);
    await left('u_arriving', time.now - HOUR);
    expect(await uploads.clear(time.now - 24 * HOUR)).toBe(1);
    expect((await objects.list('uploads')).map(({ name }) => name)).toEqual(['u_arriving']);
  });
});
