import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { packFiles } from '../../platform/archives/index.ts';
import { AppError, readSystemCode } from '../../platform/errors/index.ts';
import type { Plugin } from '../../platform/http/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Work } from '../compute/index.ts';
import { parseResult, type Result } from './ending.ts';
import type { DoorAddresses } from './manifest.ts';
import { takeOutputs } from './outputs.ts';

/**
 * HTTP access for pods, which cannot see the server's disk. A pod fetches its workspace and sends its outputs and its
 * result through URLs that are signed for this work and this purpose, and that expire.
 */
export interface WorkspaceDoor {
  readonly plugin: Plugin;
  /** Grants the pod of this work access until it is revoked; answers paths of this server. */
  admit(work: Work): Promise<DoorAddresses>;
  /** Result that the pod of this node sent. Null: it has sent none yet. */
  result(work: Pick<Work, 'folder'>, node: number): Promise<Result | null>;
  /** Why its outputs were not taken, one sentence; null when they were, or when there were none. */
  refusal(work: Pick<Work, 'folder'>): Promise<string | null>;
  shut(id: string): void;
  /** Grants pods access to a folder until it is revoked; answers a path of this server. `keyFile` keeps the path valid over restarts. */
  lend(lent: Lent): Promise<string>;
  takeBack(id: string): void;
}

export interface Lent {
  readonly id: string;
  readonly folder: string;
  readonly keyFile: string;
}

interface DoorDeps {
  readonly clock: Clock;
  /** Largest workspace or outputs, as a tar. */
  readonly maxUploadBytes: number;
}

type Purpose = 'workspace' | 'outputs' | 'end' | 'files';

/** Work may get more time, but its URL is not renewed. */
const VALID_AFTER_END_MS = 90 * 24 * 3600_000;
const END_LIMIT_BYTES = 4_096;
const Secret = z.object({ secret: z.string().regex(/^[0-9a-f]{64}$/), expires: z.number().int() });
const Params = z.object({ workId: z.string() });
const FilesParams = z.object({ filesId: z.string() });
const FilesQuery = z.object({ signature: z.string() });
const Query = z.object({ expires: z.coerce.number().int(), signature: z.string() });
/** Not signed: the pods of one work share their addresses. */
const NodeQuery = z.object({ node: z.coerce.number().int().min(0).max(9_999).default(0) });

export function createWorkspaceDoor({ clock, maxUploadBytes }: DoorDeps): WorkspaceDoor {
  const admitted = new Map<string, { work: Work; secret: string }>();
  const lent = new Map<string, { folder: string; signature: string }>();

  /** The same answer for a wrong signature and for unknown work, so that a probe learns nothing. */
  function admittedBy(request: FastifyRequest, purpose: Purpose): Work {
    const params = Params.parse(request.params);
    const query = Query.safeParse(request.query);
    const found = admitted.get(params.workId);
    if (query.success && found !== undefined && query.data.expires > clock.now()) {
      const { expires, signature } = query.data;
      if (isSame(signature, sign(found.secret, purpose, params.workId, expires))) return found.work;
    }
    throw buildInvalidAddress();
  }

  return {
    plugin: (app) => {
      app.removeAllContentTypeParsers();
      app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      const open = { config: { scope: 'open' } } as const;
      app.get('/api/v1/executors/work/:workId/workspace', open, (request, reply) => {
        const work = admittedBy(request, 'workspace');
        return reply
          .header('cache-control', 'no-store')
          .type('application/x-tar')
          .send(packFiles(work.workspace, ['.']));
      });
      app.get('/api/v1/executors/files/:filesId', open, (request, reply) => {
        const { filesId } = FilesParams.parse(request.params);
        const query = FilesQuery.safeParse(request.query);
        const found = lent.get(filesId);
        if (!query.success || found === undefined || !isSame(query.data.signature, found.signature))
          throw buildInvalidAddress();
        return reply
          .header('cache-control', 'no-store')
          .type('application/x-tar')
          .send(packFiles(found.folder, ['.']));
      });
      app.post('/api/v1/executors/work/:workId/outputs', open, async (request, reply) => {
        const work = admittedBy(request, 'outputs');
        await takeOrNote(work, toBodyStream(request), maxUploadBytes);
        return reply.status(204).send();
      });
      app.post('/api/v1/executors/work/:workId/end', open, async (request, reply) => {
        const work = admittedBy(request, 'end');
        const { node } = NodeQuery.parse(request.query);
        if (node >= (work.resources.nodes ?? 1)) throw buildInvalidAddress();
        await keepResult(
          join(work.folder, buildResultName(node)),
          await readText(toBodyStream(request).pipe(createLimit(END_LIMIT_BYTES))),
        );
        return reply.status(204).send();
      });
    },
    async admit(work) {
      const { secret, expires } = await readOrCreateSecret(work);
      admitted.set(work.id, { work, secret });
      const address = (purpose: Purpose) =>
        `/api/v1/executors/work/${work.id}/${purpose}?expires=${expires}&signature=${sign(secret, purpose, work.id, expires)}`;
      return { in: address('workspace'), out: address('outputs'), end: address('end') };
    },
    result: async ({ folder }, node) => {
      const text = await readIfThere(join(folder, buildResultName(node)));
      return text === null ? null : parseResult(text);
    },
    refusal: ({ folder }) => readIfThere(join(folder, REFUSAL)),
    shut: (id) => void admitted.delete(id),
    async lend({ id, folder, keyFile }) {
      const signature = sign(await readKey(keyFile), 'files', id, 0);
      lent.set(id, { folder, signature });
      return `/api/v1/executors/files/${id}?signature=${signature}`;
    },
    takeBack: (id) => void lent.delete(id),
  };
}

function sign(secret: string, purpose: Purpose, id: string, expires: number): string {
  return createHmac('sha256', secret).update(`${purpose}\n${id}\n${expires}`).digest('hex');
}

function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given, 'latin1'), Buffer.from(right, 'latin1')];
  return one.length === other.length && timingSafeEqual(one, other);
}

const buildInvalidAddress = () => new AppError('upload_not_found', 'The address is not valid or has expired.');

const Key = z.string().regex(/^[0-9a-f]{64}$/);

/** The key is kept, so that URLs of pods from before a restart stay valid. */
async function readKey(file: string): Promise<string> {
  const kept = Key.safeParse(await readIfThere(file));
  if (kept.success) return kept.data;
  const made = randomBytes(32).toString('hex');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeWhole(file, made);
  return made;
}

/** Each work has a separate secret, which is stored in the work's folder and survives a restart. */
async function readOrCreateSecret(work: Work): Promise<z.infer<typeof Secret>> {
  const file = join(work.folder, 'kubernetes-door.json');
  try {
    return Secret.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (readSystemCode(error) !== 'ENOENT') throw error;
  }
  const made = { secret: randomBytes(32).toString('hex'), expires: work.until + VALID_AFTER_END_MS };
  await mkdir(work.folder, { recursive: true });
  await writeWhole(file, JSON.stringify(made));
  return made;
}

const buildResultName = (node: number) => (node === 0 ? 'kubernetes-end.json' : `kubernetes-end-${node}.json`);
const REFUSAL = 'kubernetes-outputs.txt';

async function keepResult(file: string, text: string): Promise<void> {
  if (parseResult(text) === null) throw new AppError('invalid_request', 'The body is not a result of work.');
  await writeWhole(file, text);
}

/** A pod would resend an invalid archive again and again and hold its node, so it gets a success answer. */
async function takeOrNote(work: Work, content: Readable, maxBytes: number): Promise<void> {
  try {
    await takeOutputs(content, work, maxBytes);
    await rm(join(work.folder, REFUSAL), { force: true });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await writeWhole(join(work.folder, REFUSAL), `Its outputs were refused: ${error.message}`);
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text, { mode: 0o600 });
  await rename(`${file}.part`, file);
}

function toBodyStream(request: FastifyRequest): Readable {
  if (request.body instanceof Readable) return request.body;
  return Readable.from([]);
}

function createLimit(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(new AppError('payload_too_large', `More than ${bytes} bytes came.`));
      else done(null, chunk);
    },
  });
}

async function readText(content: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
