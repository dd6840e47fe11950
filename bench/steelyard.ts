import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type ServerProcess, startServer } from './server-process.ts';

/** The server of this checkout, with its defaults, on the data folder `folder/data`. */
export async function startSteelyard(
  folder: string,
  cores: string | null = null,
  database?: string,
): Promise<ServerProcess> {
  mkdirSync(folder, { recursive: true });
  const program = fileURLToPath(new URL('../bin/steelyard', import.meta.url));
  const port = await freePort();
  const args = ['serve', '--port', String(port), '--data', join(folder, 'data')];
  const environment = database === undefined ? {} : { STEELYARD_DATABASE: database };
  return startServer({ program, args, port, folder, cores, environment });
}
