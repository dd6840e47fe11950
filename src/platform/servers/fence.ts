import { randomBytes } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readSystemCode } from '../errors/index.ts';

/** File in a folder of journals: another server takes them over, so no row in them is acknowledged any more. */
const FENCE = 'taken';

/** Forbids the server of these journals to acknowledge rows. False: it was forbidden before. */
export async function fenceJournals(folder: string): Promise<boolean> {
  try {
    await (await open(join(folder, FENCE), 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (readSystemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Whether rows that are in these journals by now will be found by a takeover: there is no fence, so no takeover has begun to read. Creating a file
 * first makes a network file system ask its server instead of answering from a cache.
 */
export async function isUnfenced(folder: string): Promise<boolean> {
  const probe = join(folder, `probe-${randomBytes(4).toString('hex')}`);
  try {
    await (await open(probe, 'wx', 0o600)).close();
    await rm(probe, { force: true });
    await stat(join(folder, FENCE));
    return false;
  } catch (error) {
    if (readSystemCode(error) !== 'ENOENT') return false;
    // Without the folder, a takeover has removed it.
    return stat(folder).then(
      () => true,
      () => false,
    );
  }
}
