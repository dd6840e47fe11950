import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, readSystemCode } from '../../platform/errors/index.ts';
import { Secret } from '../../platform/secrets/index.ts';

/**
 * A webhook secret signs requests in clear text, so it cannot be hashed. It is stored encrypted (AES-256-GCM); the key
 * is a separate file, so that a copy of the store alone reveals nothing.
 */
export interface Sealing {
  /** `context` is bound to the ciphertext: a secret sealed for one webhook cannot be opened for another. */
  seal(secret: string, context: string): Promise<string>;
  /** Error: `webhook_secret_unreadable` when the key is another one, or the text was changed. */
  open(sealed: string, context: string): Promise<Secret>;
}

const KEY_FILE = 'webhook-secrets.key';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

export function createSealing(folder: string): Sealing {
  let key: Promise<Buffer> | null = null;
  const theKey = () => {
    key ??= readOrMakeKey(join(folder, KEY_FILE)).catch((error: unknown) => {
      key = null;
      throw error;
    });
    return key;
  };
  return {
    async seal(secret, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', await theKey(), nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')}`;
    },
    async open(sealed, context) {
      const bytes = Buffer.from(sealed.slice(VERSION.length + 1), 'base64');
      const tagEnd = NONCE_BYTES + TAG_BYTES;
      try {
        const decipher = createDecipheriv('aes-256-gcm', await theKey(), bytes.subarray(0, NONCE_BYTES))
          .setAAD(Buffer.from(context))
          .setAuthTag(bytes.subarray(NONCE_BYTES, tagEnd));
        return new Secret(Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]).toString('utf8'));
      } catch (cause) {
        const detail = `The secret of webhook ${context} cannot be decrypted with the key in ${KEY_FILE}; set it again.`;
        throw new AppError('webhook_secret_unreadable', detail, { webhook: context }, { cause });
      }
    },
  };
}

async function readOrMakeKey(path: string): Promise<Buffer> {
  const found = await readKey(path);
  if (found !== null) return found;
  // Whole under another name first: a crash must not leave half a key behind that later seals could not be opened with.
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(fresh, randomBytes(KEY_BYTES).toString('base64'), { flag: 'wx', mode: 0o600, flush: true });
  try {
    await link(fresh, path);
  } catch (error) {
    if (readSystemCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  return (await readKey(path)) ?? readOrMakeKey(path);
}

async function readKey(path: string): Promise<Buffer | null> {
  try {
    const key = Buffer.from(await readFile(path, 'utf8'), 'base64');
    if (key.length === KEY_BYTES) return key;
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
  throw new AppError(
    'webhook_secret_unreadable',
    `${path} has no key of ${KEY_BYTES} bytes; restore the file from a backup.`,
  );
}
