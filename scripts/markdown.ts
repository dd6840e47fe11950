import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Documents for people, by path from the root of the checkout. */
export function documentPaths(): string[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const docs = below.filter((path) => path.endsWith('.md')).map((path) => `docs/${path}`);
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs.toSorted()];
}

export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export interface Block {
  readonly language: string;
  readonly text: string;
}

/** Fenced blocks, in order. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

export function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```$/gms, '');
}

/** Targets of links and pictures that are not addresses on the web. */
export function relativeLinksOf(markdown: string): string[] {
  const targets = [...withoutBlocks(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors of a document: its headings as GitHub spells them, and the ids that it gives. */
export function anchorsOf(markdown: string): Set<string> {
  const headings = [...withoutBlocks(markdown).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  const ids = [...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return new Set([...headings, ...ids]);
}

const TOP_FOLDERS = 'src|cli|web|docs|scripts|test|examples|bench|bin|\\.ci';

/** Paths from the root of the checkout that the text names, in prose and in commands. */
export function namedPathsOf(markdown: string): string[] {
  const pattern = new RegExp(`(?<![\\w./:-])(?:${TOP_FOLDERS})/[\\w./@-]*`, 'g');
  return [...markdown.matchAll(pattern)].map(([path]) => path.replace(/[.-]+$/, ''));
}

/** Command lines of shell blocks, with lines that end in a backslash joined. */
export function shellLinesOf(markdown: string): string[] {
  return blocksOf(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
