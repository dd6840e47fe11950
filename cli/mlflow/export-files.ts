import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ExportPass } from './export-job.ts';
import { listRemoteFiles, type Owner, openFile, type RemoteFile } from './import-artifacts.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

/** A larger file is sent without edits. */
const MOST_EDITED_BYTES = 4 * 1024 * 1024;

/** Owner of the files, and the address of its storage on the other server. */
export interface FileOwner {
  readonly kind: Owner;
  readonly idHere: string;
  readonly idThere: string;
  readonly rootThere: string;
}

/** A text file whose content differs on the other server. */
export interface FileEdit {
  readonly path: string;
  write(text: string): string;
}

interface Content {
  readonly sizeBytes: number;
  open(): Promise<Readable>;
}

/**
 * Sends files that are missing there or have another size, through the other server's artifact proxy. Without a proxy,
 * a client would have to write to its storage directly.
 */
export async function sendFiles(pass: ExportPass, owner: FileOwner, edit: FileEdit | null = null): Promise<void> {
  const { from, to, report } = pass;
  const files = await listRemoteFiles(from, owner.kind, owner.idHere);
  if (files.length === 0) return;
  const root = proxiedRoot(owner.rootThere);
  const there = new Map(
    (await listRemoteFiles(to, owner.kind, owner.idThere)).map(({ path, sizeBytes }) => [path, sizeBytes]),
  );
  for (const file of files) {
    const { sizeBytes, open } = await readContent(from, owner, file, edit);
    if (there.get(file.path) === sizeBytes) continue;
    const route = `${root}/${file.path}`.split('/').map(encodeURIComponent).join('/');
    await to.upload(`/api/2.0/mlflow-artifacts/artifacts/${route}`, await open(), sizeBytes);
    report.artifacts.files += 1;
    report.artifacts.bytes += sizeBytes;
  }
}

function proxiedRoot(uri: string): string {
  const root = /^mlflow-artifacts:\/+(?:[^/]+:\d+\/)?(.*)$/.exec(uri)?.[1];
  if (root !== undefined) return root;
  const sentence = `artifacts are at ${uri}, not behind the server proxy; the files were not sent`;
  throw new MlflowRefusal('NOT_IMPLEMENTED', 501, sentence);
}

async function readContent(
  from: MlflowServer,
  { kind, idHere }: FileOwner,
  { path, sizeBytes }: RemoteFile,
  edit: FileEdit | null,
): Promise<Content> {
  const open = () => openFile(from, kind, idHere, path);
  if (path !== edit?.path || sizeBytes > MOST_EDITED_BYTES) return { sizeBytes, open };
  const bytes = Buffer.from(edit.write(await text(await open())));
  return { sizeBytes: bytes.length, open: async () => Readable.from([bytes]) };
}
