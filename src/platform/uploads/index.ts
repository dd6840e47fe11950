import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Config } from '../config/index.ts';
import { AppError } from '../errors/index.ts';
import { handle, type Route } from '../http/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Objects } from '../objects/index.ts';
import type { Clock, Instant } from '../units/index.ts';
import { UtcInstant } from '../units/index.ts';
import { createUpload, getUploadLimit, Upload } from './schema.ts';

export { type SentFile, type UploadFilesDeps, useUploadedFiles } from './use-files.ts';

export interface ReceivedUpload {
  readonly upload: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Facts stored next to the bytes. */
const StoredFacts = Upload.extend({ receivedAt: UtcInstant.describe('Time at which it arrived') });

/** An upload that no call has used by then was abandoned. */
const KEPT_MS = 24 * 3_600_000;
const CLEAR_JOB = 'uploads.clear';
const EVERY_HOUR = '23 * * * *';

/** Uploads in two steps: the bytes are sent once; the call that uses them names the upload and moves them to their final key. */
export interface Uploads {
  /**
   * Receives a file. To find the bytes after a crash, a caller creates an id with `newId`, stores it, and passes it
   * in; `facts` then reports whether the file is complete.
   */
  receive(name: string, content: Readable, id?: string): Promise<ReceivedUpload>;
  newId(): string;
  /** Size and hash of an upload whose bytes wait. Errors: `upload_not_found`. */
  facts(upload: string): Promise<ReceivedUpload>;
  /**
   * The same also after its bytes were settled, until they are cleared: a caller who got no answer asks again with the same upload. Errors:
   * `upload_not_found`.
   */
  received(upload: string): Promise<ReceivedUpload>;
  /** Moves the bytes to an object key. An existing object at the key is kept. Idempotent. */
  settle(upload: string, key: string): Promise<void>;
  /** Object key of the bytes while they wait. */
  keyOf(upload: string): string;
  /** Removes an upload that is no longer needed. Idempotent: removing a missing upload is no error. */
  discard(upload: string): Promise<void>;
  /** Removes uploads that arrived before an instant; answers how many. */
  clear(before: Instant): Promise<number>;
  /** Clears abandoned uploads every hour. */
  schedule(jobs: Pick<Jobs, 'register' | 'schedule'>): void;
  readonly routes: readonly Route[];
}

export interface UploadDeps {
  readonly objects: Objects;
  readonly clock: Clock;
  readonly config: Pick<Config, 'maxUploadBytes'>;
}

export function createUploads({ objects, clock, config }: UploadDeps): Uploads {
  const keyOf = (upload: string) => `uploads/${upload}/content`;
  const newId = () => `u_${randomBytes(16).toString('hex')}`;
  const received: Uploads['received'] = async (upload) => {
    const { receivedAt: _receivedAt, ...facts } = await readFacts(objects, upload);
    return facts;
  };
  const receive: Uploads['receive'] = async (name, content, upload = newId()) => {
    const { sizeBytes, sha256 } = await objects.put(keyOf(upload), content);
    const facts = { upload, name: name.split(/[/\\]/).at(-1) ?? name, sizeBytes, sha256 };
    const receivedAt = new Date(clock.now()).toISOString();
    await objects.put(`uploads/${upload}/facts.json`, JSON.stringify({ ...facts, receivedAt }));
    return facts;
  };
  return {
    receive,
    newId,
    keyOf,
    discard: (upload) => objects.remove(`uploads/${upload}`),
    received,
    facts: async (upload) => {
      const facts = await received(upload);
      if ((await objects.size(keyOf(upload))) === null) throw createUploadNotFound(upload);
      return facts;
    },
    clear: (before) => clearBefore(objects, before),
    schedule(jobs) {
      jobs.register(CLEAR_JOB, { handler: async () => void (await clearBefore(objects, clock.now() - KEPT_MS)) });
      jobs.schedule(CLEAR_JOB, EVERY_HOUR, { kind: CLEAR_JOB, payload: null });
    },
    settle: async (upload, key) => {
      if ((await objects.size(key)) === null) await objects.rename(keyOf(upload), key);
      else await objects.remove(keyOf(upload));
    },
    routes: [
      handle(createUpload, ({ query, stream }) => receive(query.name, stream)),
      handle(getUploadLimit, () => ({ maxSizeBytes: config.maxUploadBytes })),
    ],
  };
}

async function clearBefore(objects: Objects, before: Instant): Promise<number> {
  let cleared = 0;
  for (const { name } of await objects.list('uploads')) {
    const arrivedAt = await readArrival(objects, name);
    if (arrivedAt === null || arrivedAt >= before) continue;
    await objects.remove(`uploads/${name}`);
    cleared += 1;
  }
  return cleared;
}

/**
 * When an upload arrived, in Unix milliseconds. Bytes without readable facts are still arriving, or were left by a crash: then the age
 * of their folder is used. null where neither is known.
 */
async function readArrival(objects: Objects, upload: string): Promise<number | null> {
  const facts = await readFacts(objects, upload).catch(() => null);
  if (facts !== null) return Date.parse(facts.receivedAt);
  const folder = await objects.localPath(`uploads/${upload}`);
  return folder === null ? null : ((await stat(folder).catch(() => null))?.mtimeMs ?? null);
}

async function readFacts(objects: Objects, upload: string): Promise<ReceivedUpload & { receivedAt: string }> {
  const key = `uploads/${upload}/facts.json`;
  if ((await objects.size(key)) === null) throw createUploadNotFound(upload);
  const { content } = await objects.open(key);
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  return StoredFacts.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
}

export function createUploadNotFound(upload: string): AppError {
  return new AppError('upload_not_found', `There is no upload ${upload}. Upload the file again.`, { upload });
}
