import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { processEnvironment } from '../environment/index.ts';
import { AppError, readSystemCode } from '../errors/index.ts';
import type { SecretReference } from './schema.ts';

/** Maximum size of a secret file: a larger one is no password, key or token, and is not read completely. */
const MAX_BYTES = 16 * 1024;
const SHOWN = '[redacted]';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that prints as `[redacted]` in logs, JSON and templates; only `reveal()` returns it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/**
 * Resolves a reference to a secret now, so that a rotated file or variable takes effect at the next call. White space
 * around it is dropped, because editors end files with a line break. More than one line is refused: the reference then
 * names another kind of file, whose content must not be sent as a password.
 * Errors: `secret_unresolved`.
 */
export async function resolveSecret(
  reference: SecretReference,
  environment: Environment = processEnvironment(),
): Promise<Secret> {
  const [kind, place] = split(reference);
  const value = (kind === 'env' ? (environment[place] ?? '') : await readSecretFile(place)).trim();
  if (value === '') {
    const nothing = kind === 'env' ? `The variable ${place} is not set on the server` : `The file ${place} is empty`;
    throw createUnresolved(reference, `${nothing}; put the secret there or change the reference.`);
  }
  if (hasControlCharacter(value)) {
    throw createUnresolved(
      reference,
      `The value of ${reference} is not one line of text, so it cannot be used as a secret.`,
    );
  }
  return new Secret(value);
}

function split(reference: SecretReference): ['env' | 'file', string] {
  const colon = reference.indexOf(':');
  return [reference.startsWith('env:') ? 'env' : 'file', reference.slice(colon + 1)];
}

async function readSecretFile(path: string): Promise<string> {
  const content = await readFile(path).catch((error: unknown) => {
    const why =
      readSystemCode(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${readSystemCode(error) ?? 'failed'})`;
    throw createUnresolved(
      `file:${path}`,
      `The secret file ${path} ${why}; the server's user must be able to read it.`,
    );
  });
  if (content.length > MAX_BYTES) {
    throw createUnresolved(
      `file:${path}`,
      `The secret file ${path} has more than ${MAX_BYTES} bytes; use a smaller file.`,
    );
  }
  return content.toString('utf8');
}

function createUnresolved(reference: string, detail: string): AppError {
  return new AppError('secret_unresolved', detail, { reference });
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\x7f');
}
