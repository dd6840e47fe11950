import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { AppError, readSystemCode } from '../../../platform/errors/index.ts';
import { LABEL } from './container.ts';
import type { Daemon } from './daemon.ts';
import { isStatus, isUnreachable, parseRefusal } from './failures.ts';
import { createArchive, send } from './folder-archive.ts';

const require = createRequire(import.meta.url);
/** The library exports a function. Its types declare an object with that function, so a typed import would call a missing property. */
const dockerIgnore: (options: { ignorecase: boolean }) => { add(rules: string): { ignores(path: string): boolean } } =
  require('@balena/dockerignore');

/** One line of the engine's progress messages during a pull or build. */
const EngineMessage = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  aux: z.object({ ID: z.string().optional() }).optional(),
});
type EngineMessage = z.infer<typeof EngineMessage>;

/** Lines of a failed build's output that the error includes. */
const LAST_LINES = 20;
/** Id of an image in the engine; no registry has it. */
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Pattern of an image name. The engine's own rules are stricter. */
const NAME = /^\w[\w./:@+-]*$/;

/**
 * The image's digest. A missing image is pulled, unless `notFetched` gives a reason against it.
 * Errors: `image_not_found`, `executor_unreachable`.
 */
export async function resolveDigest(daemon: Daemon, image: string, notFetched: string | null = null): Promise<string> {
  if (!NAME.test(image) || image.includes('..')) throw buildImageNotFound(image, 'this is not the name of an image.');
  const here = await digestHere(daemon, image);
  if (here !== null) return here;
  if (DIGEST.test(image))
    throw buildImageNotFound(image, 'it is referenced by its digest, and the engine does not have it');
  if (notFetched !== null) throw buildImageNotFound(image, notFetched);
  await pull(daemon, image);
  const fetched = await digestHere(daemon, image);
  if (fetched === null) throw buildImageNotFound(image, 'it was pulled, but the engine does not have it');
  return fetched;
}

async function digestHere(daemon: Daemon, image: string): Promise<string | null> {
  try {
    const { Id: digest } = await daemon.ask((api) => api.getImage(image).inspect());
    return digest;
  } catch (error) {
    if (isStatus(error, 404)) return null;
    // A name that can be none.
    if (isStatus(error, 400)) throw buildImageNotFound(image, parseRefusal(error)?.message ?? '', error);
    throw error;
  }
}

async function pull(daemon: Daemon, image: string): Promise<void> {
  const name = /[@:][^/]+$/.test(image) ? image : `${image}:latest`;
  try {
    const answer = await daemon.ask((api) => api.createImage({ fromImage: name }), null);
    for await (const { error } of parseMessages(answer))
      if (error !== undefined) throw buildImageNotFound(image, error);
  } catch (error) {
    const refusal = parseRefusal(error);
    if (refusal !== null) throw buildImageNotFound(image, refusal.message, error);
    throw error;
  }
}

function buildImageNotFound(image: string, why: string, cause?: unknown): AppError {
  const detail = `The Docker Engine has no image "${image}", and it cannot be pulled: ${why}`;
  return new AppError('image_not_found', detail, { image }, { cause });
}

/** Builds an image and answers its digest. The engine's build messages are written to the log. Errors: `image_build_failed`. */
export async function build(
  daemon: Daemon,
  { folder, dockerfile, log, network }: { folder: string; dockerfile: string; log: string; network: string },
): Promise<string> {
  const leavesOut = buildIgnoreRules(folder, dockerfile);
  const context = createArchive({ folder, prefix: null, leavesOut, opens: { file: 0, folder: 0 } });
  const options = { dockerfile, networkmode: network, forcerm: true, labels: { [LABEL.build]: 'true' } };
  const fd = openSync(log, 'a');
  const last: string[] = [];
  const say = (text: string) => {
    writeSync(fd, text);
    last.push(...text.split('\n').filter((line) => line.trim() !== ''));
    last.splice(0, last.length - LAST_LINES);
  };
  try {
    const answer = await send(context, (body) => daemon.ask((api) => api.buildImage(body, options), null));
    return await digestTold(answer, say);
  } catch (error) {
    if (isUnreachable(error) || (error instanceof AppError && error.code === 'executor_denied')) throw error;
    throw buildFailed(error, last);
  } finally {
    closeSync(fd);
  }
}

async function digestTold(answer: NodeJS.ReadableStream, say: (text: string) => void): Promise<string> {
  let digest: string | null = null;
  for await (const told of parseMessages(answer)) {
    if (told.stream !== undefined) say(told.stream);
    if (told.status !== undefined) say(`${told.status}\n`);
    if (told.error !== undefined) throw new Error(told.error);
    digest = told.aux?.ID ?? digest;
  }
  if (digest === null) throw new Error('the engine ended without an image');
  return digest;
}

function buildFailed(error: unknown, last: readonly string[]): AppError {
  const why = parseRefusal(error)?.message ?? (error instanceof Error ? error.message : String(error));
  return new AppError(
    'image_build_failed',
    `The image could not be built: ${why}`,
    { lastLines: [...last] },
    { cause: error },
  );
}

/** Paths that `.dockerignore` omits. The two files that the engine needs for the build are always sent. */
function buildIgnoreRules(folder: string, dockerfile: string): (path: string) => boolean {
  const rules = ignoreRules(folder);
  if (rules === null) return () => false;
  const ignore = dockerIgnore({ ignorecase: false }).add(rules);
  return (path) => path !== dockerfile && path !== '.dockerignore' && ignore.ignores(path);
}

function ignoreRules(folder: string): string | null {
  try {
    return readFileSync(join(folder, '.dockerignore'), 'utf8');
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** One JSON document a line. */
async function* parseMessages(answer: NodeJS.ReadableStream): AsyncGenerator<EngineMessage> {
  for await (const line of createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield EngineMessage.parse(JSON.parse(line));
  }
}
