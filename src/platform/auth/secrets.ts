import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** 32 MiB of memory and about 0.1 s for each hash: expensive for guessing, unnoticeable at login. */
const COST = { N: 2 ** 15, r: 8, p: 1 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MEMORY_BYTES = 64 * 1024 * 1024;

/** Stored form of a password: `scrypt$N$r$p$salt$key`, salt and key in base64url. Each call uses a new salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Whether a password is the one that was stored; takes as long for a wrong one as for a right one. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = stored.split('$');
  const expected = Buffer.from(key, 'base64url');
  const found = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === found.length && timingSafeEqual(expected, found);
}

/** One spelling of a password, whichever keyboard composed its letters. */
function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem: MEMORY_BYTES }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

const TOKEN_PREFIX = 'sy_';

/** 256 random bits; the prefix lets secret scanners detect leaked tokens. */
export function generateToken(): string {
  return `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
}

export function isToken(secret: string): boolean {
  return secret.startsWith(TOKEN_PREFIX);
}

/** Random password for the first account. */
export function generatePassword(): string {
  return randomBytes(18).toString('base64url');
}

/** How tokens and sessions are stored: they are random, so a plain hash cannot be guessed back. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
