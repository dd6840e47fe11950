import { beforeEach, describe, expect, it } from 'vitest';
import { COINS, IcebergBench, newFile } from './bench.testing.ts';
import { LISTED_NAMESPACE, ListedFiles } from './index.ts';

let bench: IcebergBench;
let listed: ListedFiles;

beforeEach(async () => {
  bench = await IcebergBench.open();
  listed = new ListedFiles(bench.warehouse);
});

const list = (...ids: string[]) =>
  listed.ensure(
    bench.store,
    COINS,
    ids.map((id) => newFile(id, 'p')),
  );
const names = async () =>
  (await bench.entries(LISTED_NAMESPACE)).map(({ partition }) => partition.steelyard_file).sort();

describe('ListedFiles', () => {
  it('adds a manifest a commit, and none for files that are listed', async () => {
    await list('a', 'b');
    await list('b', 'c', 'c');
    expect(await names()).toEqual(['a', 'b', 'c']);
    expect(await bench.manifests(LISTED_NAMESPACE)).toHaveLength(2);
    const before = await bench.pointer(LISTED_NAMESPACE);
    await list('a', 'c');
    await new ListedFiles(bench.warehouse).ensure(bench.store, COINS, [newFile('a', 'p')]);
    expect(await bench.pointer(LISTED_NAMESPACE)).toBe(before);
  });

  it('lists a file once when its address or its columns change', async () => {
    await list('a', 'b');
    const moved = newFile('a', 'p', { address: 's3://other/a.parquet', others: ['x_Region'] });
    await listed.ensure(bench.store, COINS, [moved]);
    expect(await names()).toEqual(['a', 'b']);
    expect((await bench.entries(LISTED_NAMESPACE)).map(({ file_path: path }) => path)).toContain(moved.address);
    expect(JSON.stringify(await bench.metadata(LISTED_NAMESPACE))).toContain('x_Region');
  });

  it('has the columns of a later release, also when all files are listed', async () => {
    await list('a');
    const grown = { ...COINS, columns: { ...COINS.columns, note: 'VARCHAR' } };
    await new ListedFiles(bench.warehouse).ensure(bench.store, grown, [newFile('a', 'p')]);
    expect(JSON.stringify((await bench.metadata(LISTED_NAMESPACE)).schemas)).toContain('"note"');
    expect(await names()).toEqual(['a']);
  });

  it('takes files out, and lists them again', async () => {
    await list('a', 'b');
    await listed.forget(bench.store, COINS, ['a', 'unknown']);
    expect(await names()).toEqual(['b']);
    await list('a');
    expect(await names()).toEqual(['a', 'b']);
    await listed.forget(bench.store, COINS, ['a', 'b']);
    expect(await names()).toEqual([]);
  });

  it('merges small manifests when they are many', async () => {
    const ids = Array.from({ length: 55 }, (_, index) => `file-${index}`);
    for (const id of ids) await list(id);
    expect(await bench.manifests(LISTED_NAMESPACE)).toHaveLength(5);
    expect(await names()).toEqual(ids.toSorted());
  });

  it('divides many files into several manifests', async () => {
    await list(...Array.from({ length: 4_001 }, (_, index) => `file-${index}`));
    expect(await bench.manifests(LISTED_NAMESPACE)).toHaveLength(3);
    expect(await names()).toHaveLength(4_001);
  });

  it('loses nothing when several servers list files at the same time', async () => {
    const servers = [1, 2, 3].map(() => new ListedFiles(bench.warehouse));
    const ids = Array.from({ length: 12 }, (_, index) => `file-${index}`);
    await Promise.all(
      servers.flatMap((server, own) =>
        ids.map((id) => server.ensure(bench.store, COINS, [newFile(id, 'p'), newFile(`${id}-${own}`, 'p')])),
      ),
    );
    const own = servers.flatMap((_, index) => ids.map((id) => `${id}-${index}`));
    expect(await names()).toEqual([...ids, ...own].sort());
  });
});
