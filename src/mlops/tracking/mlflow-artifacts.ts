import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { limitStream, type Plugin } from '../../platform/http/index.ts';
import { collectDuring } from '../../platform/memory/index.ts';
import { cleanKey } from '../../platform/objects/index.ts';
import type { ArtifactWrites, Multipart, VersionSources } from '../artifacts/index.ts';
import {
  type ArtifactContent,
  type Artifacts,
  buildAttachmentHeader,
  detectMimeType,
  multipartRoutes,
  toProxiedPath,
} from '../artifacts/index.ts';
import type { LoggedModels } from '../logged-models/index.ts';
import type { Runs } from '../runs/index.ts';
import {
  apiPrefixes,
  buildInvalidParameter,
  MlflowError,
  readParams,
  replyWithMlflowError,
  sendMessage,
} from '../wire/index.ts';
import { filesAnswer } from './mlflow-answers.ts';

export interface ArtifactRoutesDeps {
  readonly artifacts: Artifacts;
  readonly multipart: Multipart;
  readonly runs: Runs;
  readonly loggedModels: LoggedModels;
  readonly versions: VersionSources;
  readonly writes: ArtifactWrites;
  readonly maxUploadBytes: number;
}

const UPLOAD_FORM_LIMIT_BYTES = 10 * 1024 * 1024;

/** Everything that moves artifact bytes. Bodies are streams of any type, so these live apart from the JSON endpoints. */
export function artifactPlugin(deps: ArtifactRoutesDeps): Plugin {
  return (app) => {
    app.setErrorHandler(replyWithMlflowError);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const prefix of apiPrefixes) proxyRoutes(app, prefix, deps);
    for (const prefix of apiPrefixes) presignedRoutes(app, prefix, deps);
    const { multipart, writes, maxUploadBytes } = deps;
    multipartRoutes(app, {
      multipart,
      writes,
      bodyOf: readBody,
      limited: (content) => limitStream(content, maxUploadBytes),
    });
    directRoutes(app, deps);
  };
}

function proxyRoutes(
  app: FastifyInstance,
  prefix: string,
  { artifacts, writes, maxUploadBytes }: ArtifactRoutesDeps,
): void {
  const [base, read, write] = [
    `${prefix}/mlflow-artifacts/artifacts`,
    { config: { scope: 'mlops.read', reads: 'team' } },
    { config: { scope: 'mlops.log', reads: 'team' } },
  ] as const;
  app.get(base, read, async (request, reply) => {
    const path = readQueryText(request, 'path') ?? '';
    await writes.reads.artifact(request.identity, path);
    const files = filesAnswer(await artifacts.list(path));
    return sendMessage(reply, { files });
  });
  app.get(`${base}/*`, read, async (request, reply) => {
    await writes.reads.artifact(request.identity, readPath(request));
    return sendArtifact(reply, await artifacts.get(readPath(request), request.headers.range));
  });
  app.put(`${base}/*`, write, async (request, reply) => {
    const check = () => writes.check(request.identity, readPath(request));
    await check();
    // Checked again after the upload: a version may have been registered meanwhile.
    await artifacts.put(readPath(request), checkAtEnd(limitStream(readBody(request), maxUploadBytes), check));
    return sendMessage(reply, {});
  });
  app.delete(`${base}/*`, { config: { scope: 'mlops.delete', reads: 'team' } }, async (request, reply) => {
    await writes.check(request.identity, readPath(request), 'folder');
    await artifacts.remove(readPath(request));
    return sendMessage(reply, {});
  });
}

/** Artifacts in this server's folder have no presigned URL; after this answer clients use the plain GET. */
function presignedRoutes(app: FastifyInstance, prefix: string, { artifacts, writes }: ArtifactRoutesDeps): void {
  const read = { config: { scope: 'mlops.read', reads: 'team' } } as const;
  app.get(`${prefix}/mlflow-artifacts/presigned/*`, read, async (request, reply) => {
    await writes.reads.artifact(request.identity, readPath(request));
    const address = await artifacts.address(readPath(request));
    if (address === null) {
      throw buildNotImplemented('Presigned download is not supported for the current artifact repository');
    }
    const { url, headers, sizeBytes } = address;
    // The URL in the answer grants access to the file.
    return sendMessage(reply.header('cache-control', 'no-store'), { url, headers, file_size: sizeBytes });
  });
}

function buildNotImplemented(detail: string): MlflowError {
  return new MlflowError('NOT_IMPLEMENTED', detail, 'route_not_found');
}

/** A path traversal is refused before any lookup, as in MLflow. */
function directRoutes(app: FastifyInstance, deps: ArtifactRoutesDeps): void {
  const { artifacts, runs, loggedModels, versions, writes } = deps;
  const read = { config: { scope: 'mlops.read', reads: 'team' } } as const;
  app.get('/get-artifact', read, async (request, reply) => {
    const path = cleanKey(requireQuery(request, 'path'));
    const runId = readQueryText(request, 'run_id') ?? requireQuery(request, 'run_uuid');
    await writes.reads.run(request.identity, runId);
    return sendArtifact(
      reply,
      await artifacts.getUnder((await runs.info(runId)).artifactUri, path, request.headers.range),
    );
  });
  app.get('/model-versions/get-artifact', read, async (request, reply) => {
    const path = cleanKey(requireQuery(request, 'path'));
    await writes.reads.model(request.identity, requireQuery(request, 'name'));
    const root = await versions.versionSource(requireQuery(request, 'name'), requireQuery(request, 'version'));
    return sendArtifact(reply, await artifacts.getUnder(root, path, request.headers.range));
  });
  for (const prefix of apiPrefixes) {
    app.get(`${prefix}/mlflow/logged-models/:modelId/artifacts/files`, read, async (request, reply) => {
      const path = cleanKey(requireQuery(request, 'artifact_file_path'));
      const modelId = readParams(request.params).modelId ?? '';
      await writes.reads.loggedModel(request.identity, modelId);
      const { artifactUri } = await loggedModels.get(modelId);
      return sendArtifact(reply, await artifacts.getUnder(artifactUri, path, request.headers.range));
    });
    app.post(
      `${prefix}/mlflow/upload-artifact`,
      { config: { scope: 'mlops.log', reads: 'team' } },
      async (request, reply) => {
        const runId = requireSpecified(request, 'run_uuid');
        const path = requireSpecified(request, 'path');
        const { artifactUri } = await runs.info(runId);
        const check = () => writes.check(request.identity, toProxiedPath(artifactUri, path));
        await check();
        const content = requireContent(limitStream(readBody(request), UPLOAD_FORM_LIMIT_BYTES));
        await artifacts.putUnder(artifactUri, path, checkAtEnd(content, check));
        return sendMessage(reply, {});
      },
    );
  }
}

/** Never displayed inline, and its type is never guessed: the uploader is untrusted. */
function sendArtifact(reply: FastifyReply, artifact: ArtifactContent): FastifyReply {
  const { content, sizeBytes, range, filename } = artifact;
  if (range !== null) reply.status(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${sizeBytes}`);
  return reply
    .headers({
      'accept-ranges': 'bytes',
      'content-disposition': buildAttachmentHeader(filename),
      'content-length': range === null ? sizeBytes : range.end - range.start,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    })
    .type(detectMimeType(filename))
    .send(Readable.from(collectDuring(content), { objectMode: false }));
}

function readPath(request: FastifyRequest): string {
  return readParams(request.params)['*'] ?? '';
}

function readBody(request: FastifyRequest): Readable {
  return request.body instanceof Readable ? request.body : request.raw;
}

/** The stream, which fails at its end where the check does; nothing is stored then. */
function checkAtEnd(content: Readable, check: () => Promise<void>): Readable {
  return Readable.from(yieldAndCheck(content, check), { objectMode: false });
}

async function* yieldAndCheck(content: Readable, check: () => Promise<void>): AsyncGenerator<unknown> {
  yield* content;
  await check();
}

/** The stream, with an error at its end if it is empty; then nothing is stored. */
function requireContent(content: Readable): Readable {
  return Readable.from(yieldOrFail(content), { objectMode: false });
}

async function* yieldOrFail(content: Readable): AsyncGenerator<unknown> {
  let empty = true;
  for await (const chunk of content) {
    empty = false;
    yield chunk;
  }
  if (empty) throw buildUnspecified('data');
}

function readQueryText(request: FastifyRequest, name: string): string | undefined {
  const value: unknown = Reflect.get(Object(request.query), name);
  if (typeof value !== 'string') return undefined;
  if (value.includes('\0')) throw buildInvalidParameter(`Invalid path: "${name}" holds a NUL character.`);
  return value;
}

function requireQuery(request: FastifyRequest, name: string): string {
  const value = readQueryText(request, name);
  if (value !== undefined && value !== '') return value;
  throw buildInvalidParameter(`Request must include the "${name}" query parameter.`);
}

/** As `requiredQuery`, with the error text of `upload-artifact`. */
function requireSpecified(request: FastifyRequest, name: string): string {
  const value = readQueryText(request, name);
  if (value !== undefined && value !== '') return value;
  throw buildUnspecified(name);
}

function buildUnspecified(what: string): MlflowError {
  return buildInvalidParameter(`Request must specify ${what}.`);
}
