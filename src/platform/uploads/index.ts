import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError } from '../errors/index.ts';
import { handle, type Route } from '../http/index.ts';
import type { Objects } from '../objects/index.ts';
import { createUpload } from './schema.ts';

export interface ReceivedUpload {
  readonly upload: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Files on their way in: sent once, then named by the call that uses them, which moves them to where they stay. */
export interface Uploads {
  receive(name: string, content: Readable): Promise<ReceivedUpload>;
  /** Size and hash of an upload. Errors: `upload_not_found`. */
  facts(upload: string): Promise<ReceivedUpload>;
  /** Moves the bytes to an object key; the upload is gone afterwards. A key that is taken keeps its content. */
  settle(upload: string, key: string): Promise<void>;
  /** Object key of the bytes while they wait. */
  keyOf(upload: string): string;
  readonly routes: readonly Route[];
}

export function createUploads(objects: Objects): Uploads {
  const keyOf = (upload: string) => `uploads/${upload}/content`;
  const receive: Uploads['receive'] = async (name, content) => {
    const upload = `u_${randomBytes(16).toString('hex')}`;
    const { sizeBytes, sha256 } = await objects.put(keyOf(upload), content);
    const received = { upload, name: name.split(/[/\\]/).at(-1) ?? name, sizeBytes, sha256 };
    await objects.put(`uploads/${upload}/facts.json`, JSON.stringify(received));
    return received;
  };
  return {
    receive,
    keyOf,
    facts: (upload) => readFacts(objects, upload),
    settle: async (upload, key) => {
      if ((await objects.size(key)) === null) await objects.rename(keyOf(upload), key);
      await objects.remove(`uploads/${upload}`);
    },
    routes: [handle(createUpload, ({ query, stream }) => receive(query.name, stream))],
  };
}

async function readFacts(objects: Objects, upload: string): Promise<ReceivedUpload> {
  const key = `uploads/${upload}/facts.json`;
  if ((await objects.size(key)) === null) {
    throw new AppError('upload_not_found', `There is no upload ${upload}. Send the file again.`, { upload });
  }
  const { content } = await objects.open(key);
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  return createUpload.response.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
}
