import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { cleanKey, type DirectUpload, type Objects, type SignedAddress } from '../../platform/objects/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { buildDoesNotExist, buildInvalidParameter } from '../wire/index.ts';
import { toProxiedKey } from './artifact-uri.ts';

/**
 * Multipart uploads of large artifacts. If the object store supports multipart uploads, clients send the parts there
 * and the store joins them. Otherwise each part is a separate object, hidden from all artifacts; the last step joins
 * them into one object, which is complete or absent. An upload that was started and not completed is removed after a
 * day.
 */

export interface PartAddress {
  readonly uploadId: string;
  readonly partNumber: number;
  /** Expiry of the URL, in milliseconds since the Unix epoch. */
  readonly expires: number;
  /** Lower-case hex. Its holder may put this part of this upload, and no other. */
  readonly signature: string;
}

export interface GivenPart {
  readonly partNumber: number;
  /** ETag from the response to the part's PUT, with or without quotes. */
  readonly etag: string;
}

export interface StartedUpload {
  readonly uploadId: string;
  /** URL of each part, in order. */
  readonly addresses: readonly SignedAddress[];
}

/** Limit of S3. */
const MAX_PARTS = 10_000;
const KEPT_MS = 24 * 3600_000;

const StoredUpload = z.object({
  key: z.string(),
  parts: z.number().int(),
  begunAt: z.number(),
  /** Signs the addresses of this upload's parts. */
  secret: z.string(),
  completed: z.boolean(),
  /** The store's upload id, if clients send parts to the store; null if they send them to this server. */
  storeId: z.string().nullable().default(null),
});
type StoredUpload = z.infer<typeof StoredUpload>;

export type Multipart = ReturnType<typeof createMultipart>;

interface MultipartDeps {
  readonly objects: Objects;
  readonly clock: Clock;
  /** Largest artifact. */
  readonly maxUploadBytes: number;
}

/** Key of the signatures of part addresses. */
function newSecret() {
  return { secret: randomBytes(32).toString('hex') };
}

function withUrl(urlOf: (address: PartAddress) => string) {
  return (address: PartAddress) => ({ url: urlOf(address), headers: {} });
}

/** Error: `invalid_parameter_value`. */
function requirePartCount(parts: number): void {
  if (Number.isInteger(parts) && parts >= 1 && parts <= MAX_PARTS) return;
  throw buildInvalidParameter(`Invalid value ${parts} for parameter 'num_parts' supplied: 1 to ${MAX_PARTS}.`);
}

export function createMultipart({ objects, clock, maxUploadBytes }: MultipartDeps) {
  const save = (id: string, upload: StoredUpload) =>
    objects.put(`${buildFolder(id)}/${UPLOAD_FILE}`, JSON.stringify(upload));

  async function find(id: string): Promise<StoredUpload> {
    const upload = /^[0-9a-f]{32}$/.test(id) ? await read(objects, id) : null;
    if (upload !== null && upload.begunAt + KEPT_MS > clock.now()) return upload;
    throw buildDoesNotExist(`There is no multipart upload with id '${id}'; it was completed, aborted or has expired.`);
  }

  async function findFor(folder: string, file: string, id: string): Promise<StoredUpload> {
    const upload = await find(id);
    if (upload.key === buildTargetKey(folder, file)) return upload;
    throw buildInvalidParameter(`The multipart upload '${id}' is for another artifact.`);
  }

  /** The store's upload first: this server's record has the id by which a retry finds it. */
  async function forget(id: string, upload: StoredUpload | null): Promise<void> {
    if (upload !== null && upload.storeId !== null && !upload.completed)
      await objects.direct?.abortUpload(toDirectUpload(id, upload));
    await objects.remove(buildFolder(id));
  }

  return {
    /** Starts an upload of `file` (the client's path, of which only the last segment is used) into a folder. */
    async create(
      folder: string,
      file: string,
      parts: number,
      urlOf: (address: PartAddress) => string,
    ): Promise<StartedUpload> {
      const key = buildTargetKey(folder, file);
      requirePartCount(parts);
      const uploadId = randomBytes(16).toString('hex');
      const upload = { key, parts, begunAt: clock.now(), ...newSecret(), completed: false, storeId: null };
      const { direct } = objects;
      if (direct === null) {
        await save(uploadId, upload);
        return { uploadId, addresses: buildPartAddresses(uploadId, upload).map(withUrl(urlOf)) };
      }
      const there = await direct.beginUpload(key, uploadId);
      await save(uploadId, { ...upload, storeId: there.storeId });
      return { uploadId, addresses: await direct.partAddresses(there, parts) };
    },

    /** Stores a part and answers its etag. A repeated part is stored next to the first; the completion request names the valid one. */
    async putPart(address: PartAddress, content: Readable): Promise<string> {
      const upload = await find(address.uploadId).catch(() => null);
      // The same answer for a wrong signature and an unknown upload, so that a probe learns nothing.
      if (upload === null || !isSigned(upload, address) || address.expires <= clock.now()) {
        throw new AppError('upload_not_found', 'The address of this part is not valid or has expired.');
      }
      const etag = randomBytes(32).toString('hex');
      await objects.put(buildPartKey(address.uploadId, address.partNumber, etag), content);
      return etag;
    },

    /** Joins the parts into the artifact. Idempotent: the client may have missed the first answer. */
    async complete(
      folder: string,
      file: string,
      id: string,
      given: readonly GivenPart[],
      limited: (content: Readable) => Readable,
    ): Promise<void> {
      const upload = await findFor(folder, file, id);
      // The server may have crashed after it recorded the completion, and before it removed the parts.
      if (upload.completed) return removeParts(objects, id);
      const parts = requireAllParts(id, upload, given);
      if (upload.storeId === null) {
        const keys = await resolvePartKeys(objects, id, parts);
        await objects.put(upload.key, limited(Readable.from(joinParts(objects, keys), { objectMode: false })));
      } else await requireDirect(objects, id).completeUpload(toDirectUpload(id, upload), parts, maxUploadBytes);
      await save(id, { ...upload, completed: true });
      await removeParts(objects, id);
    },

    async abort(folder: string, file: string, id: string): Promise<void> {
      const upload = await findFor(folder, file, id);
      if (!upload.completed) await forget(id, upload);
    },

    /** Removes expired uploads; answers their number. */
    async clear(): Promise<number> {
      let cleared = 0;
      for (const { name } of await objects.list(ROOT)) {
        const upload = await read(objects, name);
        if (upload !== null && upload.begunAt + KEPT_MS > clock.now()) continue;
        await forget(name, upload);
        cleared += 1;
      }
      return cleared;
    },
  };
}

const ROOT = 'multipart';
const UPLOAD_FILE = 'upload.json';

function buildFolder(uploadId: string): string {
  return `${ROOT}/${uploadId}`;
}

function buildPartKey(uploadId: string, partNumber: number, etag: string): string {
  return `${buildFolder(uploadId)}/${partNumber}.${etag}`;
}

async function removeParts(objects: Objects, id: string): Promise<void> {
  for (const { name } of await objects.list(buildFolder(id))) {
    if (name !== UPLOAD_FILE) await objects.remove(`${buildFolder(id)}/${name}`);
  }
}

/** The upload in the store's terms; the object carries this server's id as the mark of its upload. */
function toDirectUpload(id: string, { key, storeId }: StoredUpload): DirectUpload {
  return { key, storeId: storeId ?? id, mark: id };
}

function requireDirect({ direct }: Objects, id: string): NonNullable<Objects['direct']> {
  if (direct !== null) return direct;
  throw buildDoesNotExist(
    `The multipart upload '${id}' was started in a store that is no longer configured for direct access.`,
  );
}

function buildPartAddresses(uploadId: string, { parts, begunAt, secret }: StoredUpload): PartAddress[] {
  return Array.from({ length: parts }, (_, index) => {
    const place = { uploadId, partNumber: index + 1, expires: begunAt + KEPT_MS };
    return { ...place, signature: signPart(secret, place) };
  });
}

/** Clients send a path on their disk; only its last segment is used, with either kind of slash. */
function buildTargetKey(folder: string, file: string): string {
  return toProxiedKey(buildUploadPath(folder, file));
}

/** Path under the proxy that an upload is for. */
export function buildUploadPath(folder: string, file: string): string {
  const name = file.split(/[/\\]/).at(-1) ?? '';
  if (name === '') throw buildInvalidParameter("Missing value for required parameter 'path'.");
  const inside = cleanKey(folder);
  return inside === '' ? name : `${inside}/${name}`;
}

async function read(objects: Objects, uploadId: string): Promise<StoredUpload | null> {
  const key = `${buildFolder(uploadId)}/${UPLOAD_FILE}`;
  if ((await objects.size(key)) === null) return null;
  return StoredUpload.parse(JSON.parse(await text((await objects.open(key)).content)));
}

function signPart(secret: string, place: Omit<PartAddress, 'signature'>): string {
  const { uploadId, partNumber, expires } = place;
  return createHmac('sha256', secret).update(`${uploadId}.${partNumber}.${expires}`).digest('hex');
}

function isSigned(upload: StoredUpload, address: PartAddress): boolean {
  if (upload.completed || upload.storeId !== null || address.partNumber < 1 || address.partNumber > upload.parts)
    return false;
  const [expected, given] = [Buffer.from(signPart(upload.secret, address)), Buffer.from(address.signature)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** The parts 1 to the last, in order. */
function requireAllParts(id: string, upload: StoredUpload, given: readonly GivenPart[]): GivenPart[] {
  const parts = given.toSorted((one, other) => one.partNumber - other.partNumber);
  if (parts.length !== upload.parts || parts.some(({ partNumber }, index) => partNumber !== index + 1)) {
    throw buildInvalidParameter(`Invalid parts: the multipart upload '${id}' has the parts 1 to ${upload.parts}.`);
  }
  return parts;
}

async function resolvePartKeys(objects: Objects, id: string, parts: readonly GivenPart[]): Promise<string[]> {
  const stored = new Set((await objects.list(buildFolder(id))).map(({ name }) => name));
  return parts.map(({ partNumber, etag }) => {
    const bare = etag.replaceAll('"', '').toLowerCase();
    if (stored.has(`${partNumber}.${bare}`)) return buildPartKey(id, partNumber, bare);
    throw buildInvalidParameter(`Invalid parts: part ${partNumber} with the etag '${etag}' has not been uploaded.`);
  });
}

/** Reads the parts in sequence, so that memory does not grow with the artifact. */
async function* joinParts(objects: Objects, keys: readonly string[]): AsyncGenerator<Buffer> {
  for (const key of keys) yield* (await objects.open(key)).content as AsyncIterable<Buffer>;
}
