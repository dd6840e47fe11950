import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { cleanKey, type Objects } from '../../platform/objects/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { doesNotExist, invalidParameter } from '../wire/index.ts';
import { proxiedKey } from './artifact-uri.ts';

/**
 * Large artifacts in parts. Parts are objects of their own, out of every artifact's sight; the last step puts them
 * together as one object, which is whole or absent. What is begun and never ended is cleared after a day.
 */

export interface PartAddress {
  readonly uploadId: string;
  readonly partNumber: number;
  /** When the address ends, in milliseconds since the Unix epoch. */
  readonly expires: number;
  /** Lower-case hex; it lets whoever holds it put this part of this upload, and nothing else. */
  readonly signature: string;
}

export interface GivenPart {
  readonly partNumber: number;
  /** As the answer to the part's PUT said, with or without quotes. */
  readonly etag: string;
}

/** As S3 has it. */
const MAX_PARTS = 10_000;
const KEPT_MS = 24 * 3600_000;

const StoredUpload = z.object({
  key: z.string(),
  parts: z.number().int(),
  begunAt: z.number(),
  /** Signs the addresses of this upload's parts. */
  secret: z.string(),
  completed: z.boolean(),
});
type StoredUpload = z.infer<typeof StoredUpload>;

export type Multipart = ReturnType<typeof createMultipart>;

export function createMultipart({ objects, clock }: { readonly objects: Objects; readonly clock: Clock }) {
  const save = (id: string, upload: StoredUpload) => objects.put(`${folderOf(id)}/upload.json`, JSON.stringify(upload));

  async function find(id: string): Promise<StoredUpload> {
    const upload = /^[0-9a-f]{32}$/.test(id) ? await read(objects, id) : null;
    if (upload !== null && upload.begunAt + KEPT_MS > clock.now()) return upload;
    throw doesNotExist(`There is no multipart upload with id '${id}'; it was ended or has expired.`);
  }

  async function findFor(folder: string, file: string, id: string): Promise<StoredUpload> {
    const upload = await find(id);
    if (upload.key === targetOf(folder, file)) return upload;
    throw invalidParameter(`The multipart upload '${id}' is for another artifact.`);
  }

  return {
    /** Begins an upload of `file` (the client's own path; its last segment counts) into a folder. */
    async create(folder: string, file: string, parts: number): Promise<PartAddress[]> {
      const key = targetOf(folder, file);
      if (!Number.isInteger(parts) || parts < 1 || parts > MAX_PARTS) {
        throw invalidParameter(`Invalid value ${parts} for parameter 'num_parts' supplied: 1 to ${MAX_PARTS}.`);
      }
      const uploadId = randomBytes(16).toString('hex');
      const begunAt = clock.now();
      const secret = randomBytes(32).toString('hex');
      await save(uploadId, { key, parts, begunAt, secret, completed: false });
      return Array.from({ length: parts }, (_, index) => {
        const place = { uploadId, partNumber: index + 1, expires: begunAt + KEPT_MS };
        return { ...place, signature: signatureOf(secret, place) };
      });
    },

    /** Stores a part and answers its etag. A part that comes again stands beside the first; the end says which counts. */
    async putPart(address: PartAddress, content: Readable): Promise<string> {
      const upload = await find(address.uploadId).catch(() => null);
      // One answer for a wrong signature and an upload that is not there: there is nothing to find out by trying.
      if (upload === null || !isSigned(upload, address) || address.expires <= clock.now()) {
        throw new AppError('upload_not_found', 'The address of this part is not valid, or no longer.');
      }
      const incoming = `${folderOf(address.uploadId)}/incoming-${randomBytes(8).toString('hex')}`;
      try {
        const { sha256 } = await objects.put(incoming, content);
        await objects.rename(incoming, partKey(address.uploadId, address.partNumber, sha256));
        return sha256;
      } catch (error) {
        await objects.remove(incoming);
        throw error;
      }
    },

    /** Makes the artifact of its parts. Doing it again is no error: the client may not have got the first answer. */
    async complete(
      folder: string,
      file: string,
      id: string,
      given: readonly GivenPart[],
      limited: (content: Readable) => Readable,
    ): Promise<void> {
      const upload = await findFor(folder, file, id);
      if (upload.completed) return;
      const keys = await keysOf(objects, id, upload, given);
      await objects.put(upload.key, limited(Readable.from(joined(objects, keys), { objectMode: false })));
      await save(id, { ...upload, completed: true });
      for (const { name } of await objects.list(folderOf(id))) {
        if (name !== 'upload.json') await objects.remove(`${folderOf(id)}/${name}`);
      }
    },

    async abort(folder: string, file: string, id: string): Promise<void> {
      const upload = await findFor(folder, file, id);
      if (!upload.completed) await objects.remove(folderOf(id));
    },

    /** Removes what has expired; answers how many uploads. */
    async clear(): Promise<number> {
      let cleared = 0;
      for (const { name } of await objects.list(ROOT)) {
        const upload = await read(objects, name);
        if (upload !== null && upload.begunAt + KEPT_MS > clock.now()) continue;
        await objects.remove(folderOf(name));
        cleared += 1;
      }
      return cleared;
    },
  };
}

const ROOT = 'multipart';

function folderOf(uploadId: string): string {
  return `${ROOT}/${uploadId}`;
}

function partKey(uploadId: string, partNumber: number, sha256: string): string {
  return `${folderOf(uploadId)}/${partNumber}.${sha256}`;
}

/** Clients send the path on their own disk; only its last segment is a name here, whichever slash they write. */
function targetOf(folder: string, file: string): string {
  const name = file.split(/[/\\]/).at(-1) ?? '';
  if (name === '') throw invalidParameter("Missing value for required parameter 'path'.");
  const inside = cleanKey(folder);
  return proxiedKey(inside === '' ? name : `${inside}/${name}`);
}

async function read(objects: Objects, uploadId: string): Promise<StoredUpload | null> {
  const key = `${folderOf(uploadId)}/upload.json`;
  if ((await objects.size(key)) === null) return null;
  return StoredUpload.parse(JSON.parse(await text((await objects.open(key)).content)));
}

function signatureOf(secret: string, place: Omit<PartAddress, 'signature'>): string {
  const { uploadId, partNumber, expires } = place;
  return createHmac('sha256', secret).update(`${uploadId}.${partNumber}.${expires}`).digest('hex');
}

function isSigned(upload: StoredUpload, address: PartAddress): boolean {
  if (upload.completed || address.partNumber < 1 || address.partNumber > upload.parts) return false;
  const [expected, given] = [Buffer.from(signatureOf(upload.secret, address)), Buffer.from(address.signature)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

async function keysOf(
  objects: Objects,
  id: string,
  upload: StoredUpload,
  given: readonly GivenPart[],
): Promise<string[]> {
  const parts = given.toSorted((one, other) => one.partNumber - other.partNumber);
  if (parts.length !== upload.parts || parts.some(({ partNumber }, index) => partNumber !== index + 1)) {
    throw invalidParameter(`Invalid parts: the multipart upload '${id}' has the parts 1 to ${upload.parts}.`);
  }
  const stored = new Set((await objects.list(folderOf(id))).map(({ name }) => name));
  return parts.map(({ partNumber, etag }) => {
    const sha256 = etag.replaceAll('"', '').toLowerCase();
    if (stored.has(`${partNumber}.${sha256}`)) return partKey(id, partNumber, sha256);
    throw invalidParameter(`Invalid parts: part ${partNumber} with the etag '${etag}' has not been uploaded.`);
  });
}

/** One part after the other, so that memory does not grow with the artifact. */
async function* joined(objects: Objects, keys: readonly string[]): AsyncGenerator<Buffer> {
  for (const key of keys) yield* (await objects.open(key)).content as AsyncIterable<Buffer>;
}
