import { type LineageEdge, type LineageNode, NodeKind } from '../../../src/tradeoff/lineage/schema.ts';
import { formatCount } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';

export const kindWords: Readonly<Record<NodeKind, { readonly one: string; readonly many: string }>> = {
  bill_line: { one: 'bill line', many: 'bill lines' },
  resource: { one: 'resource', many: 'resources' },
  dataset: { one: 'dataset', many: 'datasets' },
  run: { one: 'run', many: 'runs' },
  logged_model: { one: 'logged model', many: 'logged models' },
  model_version: { one: 'version', many: 'versions' },
  endpoint: { one: 'endpoint', many: 'endpoints' },
  predictions: { one: 'prediction count', many: 'prediction counts' },
  decision: { one: 'decision', many: 'decisions' },
};

export const relationWords: Readonly<Record<LineageEdge['relation'], string>> = {
  billed_for: 'was billed for',
  allocated_to: 'was allocated to',
  held_by: 'was held by',
  read_by: 'was read by',
  logged: 'logged',
  registered_as: 'was registered as',
  served_by: 'was served by',
  answered: 'answered',
  judged_by: 'was judged by',
};

const TAG = /^tag:steelyard\.(\w+)=(.*)$/s;
const KINDS_OF_TAGS: Readonly<Record<string, string>> = {
  run: 'run',
  pipelineRun: 'pipeline run',
  endpoint: 'endpoint',
};

/**
 * A name that fits in a box: without facts that the lane and the edges show, and with short ids.
 *
 * @example nodeName({ kind: 'resource', name: 'tag:steelyard.run=b36bac12…' }) // 'tag of run b36bac12'
 * @example nodeName({ kind: 'resource', name: 'arn:aws:ec2:us-east-1:1:instance/i-0ab' }) // 'i-0ab'
 */
export function nodeName({ kind, name, facts }: Pick<LineageNode, 'kind' | 'name' | 'facts'>): string {
  if (kind === 'decision' && facts.policy !== undefined) return facts.policy;
  if (kind === 'predictions') return `${formatCount(Number(facts.count ?? 0))} predictions`;
  const [, field = '', value = ''] = (kind === 'resource' && TAG.exec(name)) || [];
  const tagged = KINDS_OF_TAGS[field];
  if (tagged !== undefined) return `tag of ${tagged} ${shortenId(value)}`;
  return kind === 'resource' ? shortenResource(name) : shortenId(name);
}

/** Eight digits of a long id. */
function shortenId(text: string): string {
  return /^[0-9a-f-]{32,}$/.test(text) ? text.slice(0, 8) : text;
}

/** Name at the end of an ARN or a resource path. Example: "arn:aws:ec2:us-east-1:1:instance/i-0ab" -> "i-0ab". */
function shortenResource(name: string): string {
  const parts = name.split(/[/:]/).filter((part) => part !== '');
  const isPath = name.startsWith('arn:') || name.startsWith('/') || parts.length > 2;
  return isPath ? shortenId(parts.at(-1) ?? name) : name;
}

/** `model_version:ranker/4` -> `ranker version 4`; a long id has eight digits; a text of an unknown kind is unchanged. */
export function nodeWords(node: string): string {
  const [kind = '', ...rest] = node.split(':');
  const known = NodeKind.safeParse(kind);
  const id = rest.join(':');
  const [, model, version] = /^(.+)\/([^/]+)$/.exec(id) ?? [];
  if (kind === 'model_version' && model !== undefined) return `${model} version ${version}`;
  return known.success ? `${kindWords[known.data].one} ${shortenId(id)}` : node;
}

/** `Resource`, `Runs`: the head of a lane. */
export function laneTitle(kind: NodeKind, count: number): string {
  if (kind === 'predictions') return 'Predictions';
  const word = count === 1 ? kindWords[kind].one : kindWords[kind].many;
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Facts that the box or another fact says. */
const SAID: ReadonlySet<string> = new Set(['count', 'policy', 'verdict']);

/**
 * The facts of a node as text, the time of an instant in words.
 *
 * @example listFacts({ liveRevision: '6', liveSince: '2026-12-01T22:01:18.150Z' })
 * // ['live revision 6', 'live since 1 Dec 2026, 22:01 UTC']
 */
export function listFacts(facts: LineageNode['facts']): string[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    if (SAID.has(name)) return [];
    if (name === 'summary') return [value];
    const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return [`${words} ${isInstant(value) ? formatInstant(value) : value}`];
  });
}

/** A fact that fits in a box: not an instant and not a sentence. */
export function shortFact({ kind, facts }: Pick<LineageNode, 'kind' | 'facts'>): string {
  if (kind === 'predictions') return '';
  if (kind === 'endpoint' && facts.liveRevision !== undefined) return `live revision ${facts.liveRevision}`;
  return Object.values(facts).find((fact) => !isInstant(fact)) ?? '';
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T/.test(text);
}
