import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts texts that leave the server, or that its store keeps, and must come back unchanged (AES-256-GCM). */
export interface Sealed {
  /** `purpose` is bound to the text: sealed for one purpose it cannot be opened for another. */
  seal(text: string, purpose: string): Promise<string>;
  /** null: changed, of another purpose, or sealed with another key. */
  open(sealed: string, purpose: string): Promise<string | null>;
}

/** `key` answers 32 bytes in base64url. */
export function createSealed(key: () => Promise<string>): Sealed {
  return {
    async seal(text, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', Buffer.from(await key(), 'base64url'), nonce);
      cipher.setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    async open(sealed, purpose) {
      const bytes = Buffer.from(sealed, 'base64url');
      const tagEnd = NONCE_BYTES + TAG_BYTES;
      if (bytes.length < tagEnd) return null;
      const decipher = createDecipheriv(
        'aes-256-gcm',
        Buffer.from(await key(), 'base64url'),
        bytes.subarray(0, NONCE_BYTES),
        { authTagLength: TAG_BYTES },
      );
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(NONCE_BYTES, tagEnd));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}
