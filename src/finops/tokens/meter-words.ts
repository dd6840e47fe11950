import type { TokenDirection } from './rates/schema.ts';
import type { BilledTokens, ServiceTier } from './schema.ts';

/**
 * The words of meter names, as AWS and Azure write them. Sources: AWS's CUDOS dashboard (order of its tests on usage
 * types) and meter names of the Azure retail price list.
 */
const INPUT = ['input', 'inp', 'in', 'prompt'];
const OUTPUT = ['output', 'outp', 'out', 'opt', 'completion', 'completions', 'response'];
const CACHED = ['cache', 'cached', 'cach', 'cchd', 'ccchd', 'cd'];
const WRITTEN = ['write', 'wr', 'creation'];
const ONE_HOUR = ['1h', '1hour', '1hr'];
/** Tokens of these kinds have separate prices; the catalogue prices used here do not apply to them. */
const OTHER_KINDS = [
  'image',
  'images',
  'img',
  'audio',
  'aud',
  'video',
  'speech',
  'sonic',
  'training',
  'customization',
  'grader',
];
const EMBEDDING = ['embedding', 'embeddings', 'embed'];

const tiers: readonly (readonly [ServiceTier, readonly string[]])[] = [
  ['provisioned', ['provisioned', 'provisionedthroughput']],
  ['reserved', ['reserved']],
  ['custom', ['custom', 'finetuned', 'ft']],
  ['batch', ['batch', 'batched']],
  ['flex', ['flex']],
  ['priority', ['priority', 'pp']],
  ['latencyOptimized', ['optimized', 'latencyoptimized']],
];

type Geography = NonNullable<BilledTokens['geography']>;
const geographies: readonly (readonly [Geography, readonly string[]])[] = [
  ['global', ['global', 'glbl', 'gl', 'glb']],
  ['dataZone', ['dz', 'dzn', 'dzone', 'datazone', 'zone']],
  ['regional', ['regional', 'regnl', 'rgnl', 'rg', 'reg']],
];
const LONG_CONTEXT = ['longco', 'lctx', 'longctx', 'longcontext'];

/** Words that are not part of a model name: the name ends before the first of them. */
const FILLERS = [
  'std',
  'standard',
  'shortco',
  'tokens',
  'token',
  'count',
  'units',
  'mantle',
  'cross',
  'data',
  'latency',
  'long',
  'l',
];

const markers: ReadonlySet<string> = new Set([
  ...INPUT,
  ...OUTPUT,
  ...CACHED,
  ...WRITTEN,
  ...ONE_HOUR,
  ...OTHER_KINDS,
  ...tiers.flatMap(([, words]) => words),
  ...geographies.flatMap(([, words]) => words),
  ...LONG_CONTEXT,
  ...FILLERS,
]);

/** `InputTokenCount_Global-Units` -> input, token, count, global, units; `1K`, `4o` and `LongCo` stay whole. */
export function splitWords(text: string): string[] {
  return text
    .replaceAll(/\b(Short|Long)Co\b/gi, (word) => word.toLowerCase())
    .replaceAll(/(write)(?=1h)/gi, '$1 ')
    .replaceAll(/(1h)(?=[A-Z])/g, '$1 ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9.]+/)
    .filter((word) => word !== '');
}

function includesAny(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((word) => wanted.includes(word));
}

/** Direction of the tokens of a meter, or null if its words do not state it. */
export function findDirection(words: readonly string[]): TokenDirection | null {
  if (includesAny(words, CACHED)) {
    if (!includesAny(words, WRITTEN)) return includesAny(words, OUTPUT) ? null : 'cacheRead';
    return includesAny(words, ONE_HOUR) ? 'cacheWrite1h' : 'cacheWrite';
  }
  const [input, output] = [includesAny(words, INPUT), includesAny(words, OUTPUT)];
  if (input && output) return null;
  if (input) return 'input';
  if (output) return 'output';
  return includesAny(words, EMBEDDING) ? 'input' : null;
}

/** The first word that means tokens which are not text (`image`, `audio`…), or null. */
export function findOtherKind(words: readonly string[]): string | null {
  return words.find((word) => OTHER_KINDS.includes(word)) ?? null;
}

export function findTier(words: readonly string[]): ServiceTier {
  return tiers.find(([, wanted]) => includesAny(words, wanted))?.[0] ?? 'standard';
}

export function findGeography(words: readonly string[]): Geography | null {
  return geographies.find(([, wanted]) => includesAny(words, wanted))?.[0] ?? null;
}

export function isLongContext(words: readonly string[]): boolean {
  return (
    includesAny(words, LONG_CONTEXT) ||
    words.some((word, index) => word === 'long' && /^(?:ctx|context)$/.test(words[index + 1] ?? ''))
  );
}

/**
 * The text before the first word that cannot be part of a model name; empty if the text begins with such a word.
 * Examples: `gpt-4o-0806-Inp-glbl Tokens` -> `gpt-4o-0806`; `5.6 sol ShortCo Cd Wr Std Gl 1M Tokens` -> `5.6 sol`.
 */
export function nameBeforeMarkers(text: string): string {
  let end = 0;
  for (const { 0: piece, index } of text.matchAll(/[^\s_-]+/g)) {
    // `InputTokenCount` is one piece of marker words; `NovaLite` has none.
    const words = splitWords(piece);
    if (
      words.every((word) => markers.has(word)) ||
      (/^\d+[km]$/i.test(piece) && /^[\s-]*tokens?\b/i.test(text.slice(index + piece.length)))
    )
      break;
    end = index + piece.length;
  }
  return text.slice(0, end).trim();
}
