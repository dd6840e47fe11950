import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Header, type Pack, pack } from 'tar-stream';

type Headers = Partial<Header> & Pick<Header, 'name'>;

export interface FolderArchive {
  readonly folder: string;
  /** Path in the archive under which the folder's content is; null: at its root. */
  readonly prefix: string | null;
  /** Whether the archive omits this path of the folder. An omitted folder may contain paths that are included. */
  readonly leavesOut?: (path: string) => boolean;
  /** Rights that a user in the container gets in addition to those of the file's owner, as bits of a file mode. */
  readonly opens: { readonly file: number; readonly folder: number };
}

/** A folder as a tar stream. Files are read one after the other, so that memory does not grow with them. */
export function createArchive(archive: FolderArchive): Pack {
  const stream = pack();
  fill(stream, archive).then(
    () => stream.finalize(),
    (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return stream;
}

/**
 * Sends an archive. A read error of the archive takes precedence over the receiver's error about a truncated stream.
 */
export async function send<T>(archive: Pack, receive: (body: Readable) => Promise<T>): Promise<T> {
  const body = new PassThrough();
  let broken: unknown = null;
  archive.on('error', (error: unknown) => {
    broken ??= error;
  });
  const packed = pipeline(archive, body).catch(() => undefined); // reported through the error of the archive
  try {
    return await receive(body);
  } catch (error) {
    const cause = broken ?? error;
    body.destroy();
    await packed;
    throw cause;
  }
}

async function fill(stream: Pack, archive: FolderArchive): Promise<void> {
  if (archive.prefix !== null) {
    const parts = archive.prefix.split('/');
    for (const [index] of parts.entries()) {
      const name = parts.slice(0, index + 1).join('/');
      await writeHeader(stream, { name, type: 'directory', mode: 0o755 | archive.opens.folder });
    }
  }
  await addFolder(stream, archive, '');
}

async function addFolder(stream: Pack, archive: FolderArchive, path: string): Promise<void> {
  const names = await readdir(join(archive.folder, path));
  for (const name of names.toSorted()) await add(stream, archive, path === '' ? name : `${path}/${name}`);
}

async function add(stream: Pack, archive: FolderArchive, path: string): Promise<void> {
  const place = join(archive.folder, path);
  const { prefix, opens } = archive;
  const name = prefix === null ? path : `${prefix}/${path}`;
  const stays = archive.leavesOut?.(path) !== true;
  const found = await lstat(place);
  if (found.isDirectory()) {
    if (stays)
      await writeHeader(stream, {
        name,
        type: 'directory',
        mode: (found.mode & 0o777) | opens.folder,
        mtime: found.mtime,
      });
    await addFolder(stream, archive, path);
  } else if (stays && found.isSymbolicLink()) {
    await writeHeader(stream, { name, type: 'symlink', linkname: await readlink(place), mtime: found.mtime });
  } else if (stays && found.isFile()) {
    await addFile(stream, place, {
      name,
      mode: (found.mode & 0o777) | opens.file,
      mtime: found.mtime,
      size: found.size,
    });
  }
}

function writeHeader(stream: Pack, headers: Headers): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.entry(headers, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

async function addFile(stream: Pack, place: string, headers: Headers & { readonly size: number }): Promise<void> {
  const entry = stream.entry(headers);
  if (headers.size === 0) {
    entry.end(null);
    return;
  }
  // A growing log is read up to its size at the time of the header.
  await pipeline(createReadStream(place, { end: headers.size - 1 }), entry);
}
