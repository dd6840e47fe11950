import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import { InvalidOtlp } from './otlp-span.ts';

/** Largest body after decompression; a small file that unpacks to gigabytes stops here. */
export const UNPACKED_LIMIT_BYTES = 32 * 1024 * 1024;

const limits = { maxOutputLength: UNPACKED_LIMIT_BYTES };
const gunzipLimited = promisify<Uint8Array, typeof limits, Buffer>(gunzip);
const inflateLimited = promisify<Uint8Array, typeof limits, Buffer>(inflate);
const inflateRawLimited = promisify<Uint8Array, typeof limits, Buffer>(inflateRaw);

/** The body without its `Content-Encoding`. Errors: {@link InvalidOtlp} with the texts of MLflow's server. */
export async function unpack(body: Uint8Array, encoding: string | undefined): Promise<Uint8Array> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === '' || name === 'identity') return body;
  if (name === 'gzip') return attempt(name, () => gunzipLimited(body, limits));
  if (name !== 'deflate') throw new InvalidOtlp(`Unsupported Content-Encoding: ${encoding}`);
  try {
    return await attempt(name, () => inflateLimited(body, limits));
  } catch {
    // Some clients send the stream without its header.
    return attempt(name, () => inflateRawLimited(body, limits));
  }
}

async function attempt(name: string, unpacked: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await unpacked();
  } catch (error) {
    throw new InvalidOtlp(`Failed to decompress ${name} payload`, { cause: error });
  }
}
