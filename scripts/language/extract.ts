import { extractCode } from './code.ts';
import { extractJsx } from './jsx.ts';
import { extractPage } from './pages.ts';
import type { Kind, Segment } from './segment.ts';

const TESTS = /\.(?:test|testing)\.tsx?$|(?:^|\/)testing[^/]*\.ts$|\/testing\/|\.d\.ts$|\.gen\.ts$/;

/** The kind of the strings of a file; null where strings are not for people. */
function toStringKind(path: string): Kind | null {
  if (TESTS.test(path)) return null;
  if (path.startsWith('web/')) return 'label';
  return /^(?:src|cli)\//.test(path) ? 'text' : null;
}

/** The texts of a file: comments of all TypeScript, strings of `src`, `cli` and `web` without tests, pages without their code. */
export function extractSegments(path: string, source: string): Segment[] {
  if (path.endsWith('.md')) return extractPage(path, source);
  return path.endsWith('.tsx') ? extractJsx(path, source, toStringKind(path)) : extractCode(source, toStringKind(path));
}
