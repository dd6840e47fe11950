import { importArtifact, listImportedArtifacts } from '../../src/mlops/transfer/schema.ts';
import type { ImportPass } from './import-job.ts';
import { FileList } from './messages.ts';
import type { MlflowServer } from './server.ts';

export type Owner = 'run' | 'logged-model';

/** Copies the files that are not here yet with the size that they have there. */
export async function importArtifacts({ from, to, report }: ImportPass, kind: Owner, id: string): Promise<void> {
  const there = await listRemoteFiles(from, kind, id);
  if (there.length === 0) return;
  const { files } = await to.call(listImportedArtifacts, { query: { kind, id } });
  const here = new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  for (const { path, sizeBytes } of there) {
    if (here.get(path) === sizeBytes) continue;
    const content = await openFile(from, kind, id, path);
    const stored = await to.upload(importArtifact, { query: { kind, id, path } }, content);
    report.artifacts.files += 1;
    report.artifacts.bytes += stored.sizeBytes;
  }
}

export interface RemoteFile {
  /** Path under the owner's root. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** Every file, folders walked through. */
export async function listRemoteFiles(
  server: MlflowServer,
  kind: Owner,
  id: string,
  folder = '',
): Promise<RemoteFile[]> {
  const { files } = await listing(server, kind, id, folder);
  const found: RemoteFile[] = [];
  for (const { path, is_dir: isFolder, file_size: sizeBytes } of files) {
    if (isFolder) found.push(...(await listRemoteFiles(server, kind, id, path)));
    else found.push({ path, sizeBytes });
  }
  return found;
}

function listing(server: MlflowServer, kind: Owner, id: string, folder: string) {
  if (kind === 'run') {
    return server.get('artifacts/list', { run_id: id, ...(folder === '' ? {} : { path: folder }) }, FileList);
  }
  const query = folder === '' ? {} : { artifact_directory_path: folder };
  return server.get(`logged-models/${encodeURIComponent(id)}/artifacts/directories`, query, FileList);
}

/** Reads through the server, so that the location of its files does not matter. */
export function openFile(server: MlflowServer, kind: Owner, id: string, path: string) {
  if (kind === 'run') return server.download('/get-artifact', { run_id: id, path });
  const route = `/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(id)}/artifacts/files`;
  return server.download(route, { artifact_file_path: path });
}
