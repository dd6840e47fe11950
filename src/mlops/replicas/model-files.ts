import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, readSystemCode } from '../../platform/errors/index.ts';
import { type MlModel, readMlModel } from './backends/mlmodel.ts';

/** Reads artifacts under a root. Implemented by tracking; injected by main. */
export interface ArtifactFiles {
  list(root: string, path: string): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]>;
  open(root: string, path: string): Promise<{ readonly content: Readable }>;
}

/** The artifacts of one version on this machine. */
export interface ModelFolder {
  readonly folder: string;
  /** null where there is no MLmodel file. */
  readonly mlModel: MlModel | null;
}

export interface ModelFiles {
  /** Fetches files that are not on this machine yet. Errors: those of the artifacts. */
  fetch(model: string, version: string): Promise<ModelFolder>;
  /** Keeps the files of a version, present or still to be fetched, until the caller calls the returned function. */
  hold(model: string, version: string): () => void;
  /**
   * Removes versions that are not held, not being fetched and not needed; returns their number. A copy is renamed in one
   * step before its removal: after a crash in between the version is gone, and the next sweep removes the rest.
   */
  sweep(isNeeded: (model: string, version: string) => boolean): Promise<number>;
}

const MLMODEL_LIMIT_BYTES = 1024 * 1024;
const MOST_FILES = 20_000;

/** Keeps copies of versions in a folder. Each is fetched once, and either whole or not at all. */
export function createModelFiles(deps: {
  readonly folder: string;
  readonly files: ArtifactFiles;
  /** Root of a version's artifacts. */
  readonly sourceOf: (model: string, version: string) => Promise<string>;
}): ModelFiles {
  const fetching = new Map<string, Promise<ModelFolder>>();
  const held = new Map<string, number>();
  const leaving = new Map<string, Promise<void>>();

  async function fetch(model: string, version: string): Promise<ModelFolder> {
    await leaving.get(buildModelKey(model, version));
    // A deleted and registered version has its number and another source.
    const root = await deps.sourceOf(model, version);
    const folder = join(
      deps.folder,
      encodeURIComponent(model),
      version,
      Buffer.from(root).toString('base64url').slice(-80),
    );
    if (!(await isThere(folder))) {
      const part = `${folder}.part`;
      await rm(part, { recursive: true, force: true });
      await copyTree(deps.files, root, part);
      await rename(part, folder);
    }
    return { folder, mlModel: await loadMlModel(folder) };
  }

  return {
    fetch(model, version) {
      const key = buildModelKey(model, version);
      const found = fetching.get(key) ?? fetch(model, version).finally(() => fetching.delete(key));
      fetching.set(key, found);
      return found;
    },
    hold(model, version) {
      const key = buildModelKey(model, version);
      held.set(key, (held.get(key) ?? 0) + 1);
      let isHeld = true;
      return () => {
        if (isHeld) held.set(key, (held.get(key) ?? 1) - 1);
        isHeld = false;
      };
    },
    async sweep(isNeeded) {
      let removed = 0;
      for (const { model, version, folder } of await listVersionsIn(deps.folder)) {
        const key = buildModelKey(model, version);
        // No await between this check and `leaving.set` below: no fetch can start in between.
        if ((held.get(key) ?? 0) > 0 || fetching.has(key) || isNeeded(model, version)) continue;
        const left = rename(folder, join(deps.folder, `${GONE}${randomUUID()}`));
        leaving.set(
          key,
          left.catch(() => undefined),
        );
        await left.finally(() => leaving.delete(key));
        removed += 1;
      }
      await removeGone(deps.folder);
      return removed;
    },
  };
}

function buildModelKey(model: string, version: string): string {
  return JSON.stringify([model, version]);
}

/** Prefix of folders to remove. No model folder starts with it, because a colon in a model name is encoded. */
const GONE = 'gone:';

async function listVersionsIn(folder: string): Promise<{ model: string; version: string; folder: string }[]> {
  const found: { model: string; version: string; folder: string }[] = [];
  for (const name of await listNamesIn(folder)) {
    if (name.startsWith(GONE)) continue;
    const versions = await listNamesIn(join(folder, name));
    const model = decodeURIComponent(name);
    found.push(...versions.map((version) => ({ model, version, folder: join(folder, name, version) })));
  }
  return found;
}

async function removeGone(folder: string): Promise<void> {
  for (const name of await listNamesIn(folder)) {
    if (name.startsWith(GONE)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function listNamesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (readSystemCode(error) === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function copyTree(files: ArtifactFiles, root: string, folder: string): Promise<void> {
  const waiting = [''];
  let copied = 0;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const { name, isFolder } of await files.list(root, path)) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (isFolder) {
        waiting.push(inner);
        continue;
      }
      copied += 1;
      if (copied > MOST_FILES)
        throw new AppError('endpoint_model_unusable', `The version has more than ${MOST_FILES} files.`);
      const file = resolveInside(folder, inner);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await pipeline((await files.open(root, inner)).content, createWriteStream(file, { mode: 0o600 }));
    }
  }
  if (copied === 0) throw new AppError('endpoint_model_unusable', `There are no artifacts at ${root}.`);
}

/** Error: a path that would leave the folder. */
function resolveInside(folder: string, path: string): string {
  const file = join(folder, ...path.split('/'));
  if (!relative(folder, file).startsWith(`..${sep}`)) return file;
  throw new AppError('object_path_invalid', `The path ${path} is outside of its folder.`, { path });
}

async function loadMlModel(folder: string): Promise<MlModel | null> {
  const file = join(folder, 'MLmodel');
  const facts = await stat(file).catch(() => null);
  if (facts === null || facts.size > MLMODEL_LIMIT_BYTES) return null;
  return await readMlModel(await readFile(file, 'utf8'));
}

/** The `.onnx` file of a version: the one that its MLmodel names, else the only one at its root. Error: `endpoint_model_unusable`. */
export async function findOnnxFile({ folder, mlModel }: ModelFolder): Promise<string> {
  const named = mlModel?.onnxFile ?? null;
  const found = (await readdir(folder)).filter((name) => name.endsWith('.onnx'));
  const [lone, ...others] = named === null ? found : [named];
  const file = lone === undefined || others.length > 0 ? null : resolveInside(folder, lone);
  if (file !== null && (await isThere(file))) return file;
  const detail = `The backend "onnx" cannot serve the version: its MLmodel has no ONNX file, and ${found.length} .onnx files are at its root. Log it with mlflow.onnx.log_model, or serve it with the backend "process".`;
  throw new AppError('endpoint_model_unusable', detail);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
