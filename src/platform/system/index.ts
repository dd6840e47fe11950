import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { handle, type Route } from '../http/index.ts';
import type { StoreEngine } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import { getSystem } from './schema.ts';

const MEASURED_AGAIN_MS = 10 * 60_000;

export interface SystemDeps {
  readonly clock: Clock;
  readonly folder: string;
  readonly engine: StoreEngine;
  readonly version: string;
}

/** Version, store and size of the server. */
export interface System {
  readonly routes: readonly Route[];
}

interface FolderSize {
  readonly files: number;
  readonly sizeBytes: number;
}

export function createSystem({ clock, folder, engine, version }: SystemDeps): System {
  let measured: { readonly at: number; readonly size: Promise<FolderSize> } | null = null;
  const measure = () => {
    const at = clock.now();
    if (measured === null || at - measured.at > MEASURED_AGAIN_MS) measured = { at, size: measureFolder(folder) };
    return measured;
  };
  return {
    routes: [
      handle(getSystem, async () => {
        const { at, size } = measure();
        const dataFolder = { ...(await size), measuredAt: new Date(at).toISOString() };
        const nodeVersion = process.versions.node;
        return { version, licence: 'Apache-2.0', storeEngine: engine, nodeVersion, dataFolder };
      }),
    ],
  };
}

/** Files and bytes of a folder. A file that is removed meanwhile is not counted. */
async function measureFolder(folder: string): Promise<FolderSize> {
  const sum = { files: 0, sizeBytes: 0 };
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const size = await stat(join(entry.parentPath, entry.name)).then(
      (found) => found.size,
      () => null,
    );
    if (size === null) continue;
    sum.files += 1;
    sum.sizeBytes += size;
  }
  return sum;
}
