/** Words that one spelling of a model's name has and another lacks. */
const NOISE: ReadonlySet<string> = new Set(['instruct', 'v', 'edition', 'amazon', 'bedrock', 'global', 'regional']);

/**
 * The words of a model's name in alphabetical order, without vendor, version and date, so that all spellings of one model
 * are equal. Examples: `regional.anthropic.claude-sonnet-4-5-20250929-v1:0` and `Claude4.5Sonnet` -> `4 5 claude sonnet`.
 */
export function buildNameKey(name: string): string {
  const bare = name
    .replace(/^(?:global|regional|us|eu|apac)\./, '')
    .replace(/^[a-z0-9]+\.(?=[a-z])/, '')
    .replace(/-v\d+(?::\d+)?$|:\d+$/, '')
    .replace(/-20\d{6}$/, '')
    .replaceAll(/(\d)\.0(?![\d.])/g, '$1');
  const apart = bare.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const words = apart.match(/\d+|[a-z]+/g) ?? [];
  return words
    .filter((word) => !NOISE.has(word))
    .toSorted()
    .join(' ');
}
