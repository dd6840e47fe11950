import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AppError } from '../../../platform/errors/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Reference } from '../reference.ts';
import { type StoredColumn, StoredProfile } from './profile.ts';

const NAMED = 'drift/profiles';
const BYTES = 8;

/** Profiles as objects below a folder on this machine: one of facts, one of numbers, the facts last. */
export interface ProfileStore {
  /** Key for the numbers of a profile that is being made. */
  numbersKey(name: string, id: string): string;
  write(profile: StoredProfile): Promise<void>;
  /** Error: `drift_profile_not_found`. */
  read(name: string): Promise<StoredProfile>;
  list(): Promise<StoredProfile[]>;
  remove(name: string): Promise<void>;
  /** The profile as a reference; its numbers are read lazily. */
  reference(profile: StoredProfile): Reference;
}

export function createProfileStore(objects: Objects, folder = NAMED): ProfileStore {
  const factsKey = (name: string) => `${folder}/${name}/profile.json`;
  const read = async (name: string): Promise<StoredProfile> => {
    const key = factsKey(name);
    if ((await objects.size(key)) === null) {
      const detail = `There is no profile "${name}". List profiles with: steelyard drift profiles.`;
      throw new AppError('drift_profile_not_found', detail, { profile: name });
    }
    const { content } = await objects.open(key);
    return StoredProfile.parse(JSON.parse(await readText(content)));
  };
  return {
    read,
    numbersKey: (name, id) => `${folder}/${name}/${id}.numbers`,
    write: async (profile) => {
      const before = (await objects.list(`${folder}/${profile.name}`)).map((object) => object.name);
      await objects.put(factsKey(profile.name), JSON.stringify(profile));
      const kept = profile.numbers.split('/').at(-1);
      const old = before.filter((name) => name.endsWith('.numbers') && name !== kept);
      await Promise.all(old.map((name) => objects.remove(`${folder}/${profile.name}/${name}`)));
    },
    list: async () => {
      const folders = await objects.list(folder);
      const found = await Promise.all(folders.map(({ name }) => read(name).catch(buildProfileNotFound)));
      return found.filter((profile) => profile !== null);
    },
    remove: async (name) => {
      await read(name);
      await objects.remove(`${folder}/${name}`);
    },
    reference: (profile) => buildStoredReference(objects, profile),
  };
}

/** A folder without facts is a profile that is being made, or that a crash left; making it again replaces it. */
function buildProfileNotFound(error: unknown): null {
  if (error instanceof AppError && error.code === 'drift_profile_not_found') return null;
  throw error;
}

async function readText(content: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function countStoredKnown(column: StoredColumn | undefined): number | null {
  if (column === undefined) return null;
  if (column.holds === 'numbers') return column.count;
  if (column.holds === 'nothing' || column.levels === null) return column.known ?? null;
  return column.levels.reduce((sum, [, count]) => sum + count, 0);
}

function buildStoredReference(objects: Objects, { columns, numbers, rows }: StoredProfile): Reference {
  const held = new Map(columns.map((column) => [column.name, column]));
  return {
    rows,
    columns,
    sorted: true,
    vectors: async () => null,
    numbers: async (names) => {
      const path = await objects.localPath(numbers);
      if (path === null) throw new Error('profiles are kept on this machine');
      await using file = await open(path, 'r');
      const read: Float64Array[] = [];
      for (const name of names) {
        const column = held.get(name);
        // A column without any value is read as the numbers that the other side has of it.
        const { from, count } = column?.holds === 'numbers' ? column : { from: 0, count: 0 };
        const values = new Float64Array(count);
        await file.read(new Uint8Array(values.buffer), 0, count * BYTES, from * BYTES);
        read.push(values);
      }
      return read;
    },
    levels: async (name) => {
      const column = held.get(name);
      if (column?.holds !== 'levels') return { levels: [], counts: new Float64Array() };
      if (column.levels === null) return null;
      return {
        levels: column.levels.map(([level]) => level),
        counts: Float64Array.from(column.levels, ([, count]) => count),
      };
    },
    codes: async () => null,
    known: async (names) => names.map((name) => countStoredKnown(held.get(name))),
  };
}
