import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors/index.ts';
import { checkJson } from '../../platform/json/index.ts';
import {
  apiPrefixes,
  buildInvalidParameter,
  type Fields,
  parseBodyFields,
  readParams,
  sendMessage,
} from '../wire/index.ts';
import type { ArtifactWrites } from './artifact-writes.ts';
import { buildUploadPath, type Multipart, type PartAddress } from './multipart.ts';

export interface MultipartRoutesDeps {
  readonly multipart: Multipart;
  readonly writes: Pick<ArtifactWrites, 'check'>;
  /** The stream, which fails where it grows beyond the largest artifact. */
  readonly limited: (content: Readable) => Readable;
  readonly bodyOf: (request: FastifyRequest) => Readable;
}

/** 10,000 parts, each with its etag and its long address. */
const MESSAGE_LIMIT_BYTES = 8 * 1024 * 1024;
const PARTS_PATH = '/api/2.0/mlflow-artifacts/mpu/parts';

/** `mlflow-artifacts/mpu/…`: create, the parts, complete, abort. */
export function multipartRoutes(app: FastifyInstance, deps: MultipartRoutesDeps): void {
  const { multipart, writes, limited, bodyOf } = deps;
  const write = { config: { scope: 'mlops.log', reads: 'team' } } as const;
  const step = (name: string, answer: (call: Step) => Promise<object>) => {
    const handler = async (request: FastifyRequest) => {
      const fields = await readMessage(request, bodyOf(request));
      const folder = readParams(request.params)['*'] ?? '';
      const file = fields.requiredText('path');
      await writes.check(request.identity, buildUploadPath(folder, file));
      return answer({ request, fields, folder, file });
    };
    for (const prefix of apiPrefixes) {
      const url = `${prefix}/mlflow-artifacts/mpu/${name}`;
      for (const path of [url, `${url}/*`]) {
        app.post(path, write, async (request, reply) => sendMessage(reply, await handler(request)));
      }
    }
  };
  step('create', async ({ request, fields, folder, file }) => {
    const parts = fields.integer('num_parts') ?? 1;
    const { uploadId, addresses } = await multipart.create(folder, file, parts, (own) => buildUrl(request, own));
    const credentials = addresses.map(({ url, headers }, index) => ({ url, part_number: index + 1, headers }));
    return { upload_id: uploadId, credentials };
  });
  step('complete', async ({ fields, folder, file }) => {
    const parts = fields.messages('parts').map((part) => ({
      partNumber: part.requiredInteger('part_number'),
      etag: part.text('etag') ?? '',
    }));
    await multipart.complete(folder, file, fields.requiredText('upload_id'), parts, limited);
    return {};
  });
  step('abort', async ({ fields, folder, file }) => {
    await multipart.abort(folder, file, fields.requiredText('upload_id'));
    return {};
  });
  // Open, because clients send no credentials to the URL of a part; its signature authorizes the write of this part.
  app.put(`${PARTS_PATH}/:uploadId/:partNumber`, { config: { scope: 'open' } }, async (request, reply) => {
    const etag = await multipart.putPart(parsePartAddress(request), limited(bodyOf(request)));
    return sendMessage(reply.header('etag', `"${etag}"`), {});
  });
}

interface Step {
  readonly request: FastifyRequest;
  readonly fields: Fields;
  readonly folder: string;
  readonly file: string;
}

async function readMessage(request: FastifyRequest, body: Readable): Promise<Fields> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw buildInvalidParameter("Bad Request. Content-Type must be one of ['application/json'].");
  }
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    chunks.push(Buffer.from(chunk));
    received += chunk.length;
    if (received > MESSAGE_LIMIT_BYTES) {
      throw new AppError('payload_too_large', `The message can have at most ${MESSAGE_LIMIT_BYTES} bytes.`);
    }
  }
  const bytes = Buffer.concat(chunks);
  checkJson(bytes);
  return parseBodyFields(bytes.toString('utf8'));
}

/** Builds the URL from the host of this request, because the client can reach it. Only this client receives the URL. */
function buildUrl(request: FastifyRequest, address: PartAddress): string {
  const forwarded = String(request.headers['x-forwarded-proto'] ?? '')
    .split(',')[0]
    ?.trim();
  const protocol = forwarded === 'https' ? 'https' : request.protocol;
  const { uploadId, partNumber, expires, signature } = address;
  const path = `${PARTS_PATH}/${uploadId}/${partNumber}`;
  return `${protocol}://${request.host}${path}?expires=${expires}&signature=${signature}`;
}

function parsePartAddress(request: FastifyRequest): PartAddress {
  const { uploadId = '', partNumber = '' } = readParams(request.params);
  const query: Record<string, unknown> = { ...Object(request.query) };
  return {
    uploadId,
    partNumber: Number(partNumber),
    expires: Number(query.expires),
    signature: String(query.signature),
  };
}
