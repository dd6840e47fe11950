import { readFileSync } from 'node:fs';

/** The version of this checkout or package. */
export function readVersion(): string {
  for (const place of ['../../package.json', '../../package.json']) {
    const found = parseVersion(new URL(place, import.meta.url));
    if (found !== null) return found;
  }
  throw new Error('package.json of steelyard not found');
}

function parseVersion(place: URL): string | null {
  try {
    const content: unknown = JSON.parse(readFileSync(place, 'utf8'));
    if (typeof content !== 'object' || content === null || !('name' in content) || content.name !== 'steelyard')
      return null;
    return 'version' in content && typeof content.version === 'string' ? content.version : null;
  } catch {
    return null;
  }
}
