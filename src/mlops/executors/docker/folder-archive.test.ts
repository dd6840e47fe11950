import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unpack } from '../../../platform/archives/index.ts';
import { createArchive, send } from './folder-archive.ts';

const opens = { file: 0, folder: 0 };
let place: string;
let folder: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'archive-'));
  folder = join(place, 'folder');
  mkdirSync(join(folder, 'empty'), { recursive: true });
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
  writeFileSync(join(folder, 'deep/er/none'), '');
  writeFileSync(join(folder, 'run.sh'), 'true', { mode: 0o755 });
  writeFileSync(join(folder, 'large'), Buffer.alloc(3_000_000, 'x'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe('a folder that is sent', () => {
  it('arrives under its prefix, with empty files and folders, and who may run what', async () => {
    const target = join(place, 'target');
    await send(createArchive({ folder, prefix: 'some/where', opens }), (body) => unpack(body, target));
    const there = join(target, 'some/where');
    expect(readdirSync(there).toSorted()).toEqual(['deep', 'empty', 'large', 'run.sh']);
    expect(readFileSync(join(there, 'deep/er/none'), 'utf8')).toBe('');
    expect(statSync(join(there, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(there, 'large')).size).toBe(3_000_000);
  });

  it('to a receiver that gives up ends with what the receiver says', async () => {
    const receive = async (body: NodeJS.ReadableStream): Promise<never> => {
      await once(body, 'data');
      throw new Error('gone');
    };
    await expect(send(createArchive({ folder, prefix: null, opens }), receive)).rejects.toThrow('gone');
  });

  it('that cannot be read ends with what the disk says', async () => {
    const sent = send(createArchive({ folder: join(place, 'nowhere'), prefix: null, opens }), (body) =>
      unpack(body, place),
    );
    await expect(sent).rejects.toThrow(/ENOENT/);
  });
});
