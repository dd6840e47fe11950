import { AppError } from '../errors/index.ts';

const MAX_SEGMENT_BYTES = 255;

/**
 * The canonical form of an external key: decoded until it no longer changes, then refused if any spelling
 * of it is absolute, contains `..` or `.`, is not valid Unicode, or contains characters that are special to file systems. `a//b/` -> `a/b`; `''` is
 * the root.
 */
export function cleanKey(raw: string): string {
  const decoded = decodeUntilStable(raw);
  const refused =
    !raw.isWellFormed() ||
    decoded.includes('\0') ||
    decoded.includes('\\') ||
    decoded.startsWith('/') ||
    /^[a-zA-Z]:/.test(decoded) ||
    decoded.split('/').some((segment) => segment === '..' || segment === '.');
  if (refused || decoded.includes('#') || hasControlCharacter(decoded)) throw createInvalidKey(raw);
  const segments = raw.split('/').filter((segment) => segment !== '');
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)) throw createInvalidKey(raw);
  return segments.join('/');
}

export function createInvalidKey(raw: string): AppError {
  return new AppError('object_path_invalid', `Invalid path: "${raw.slice(0, 200)}" must stay inside its folder.`);
}

function decodeUntilStable(raw: string): string {
  let text = raw;
  for (let round = 0; round < 10; round += 1) {
    const next = decodeOnce(text);
    if (next === text) return text;
    text = next;
  }
  throw createInvalidKey(raw);
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign is a character of the name
  }
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\x7f');
}
