import { createHash } from 'node:crypto';

/** The labels by which all that serves is known; work has others. */
export const SERVING = { 'app.kubernetes.io/managed-by': 'steelyard', 'app.kubernetes.io/name': 'steelyard-serving' };
/** Label: which server it belongs to. */
export const SERVER = 'steelyard.dev/server';
/** Label: which workload it belongs to. */
export const WORKLOAD = 'steelyard.dev/workload';
/** Annotation of a pod: as what it was taken last. */
export const REPLICA = 'steelyard.dev/replica';
/** Annotation of what keeps pods: the digest of all that makes it different. */
export const FACTS = 'steelyard.dev/facts';
/** Of two pods the controller ends the one that costs less first. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

const TITLE_LENGTH = 36;
const DIGEST_LENGTH = 10;

export function factsOf(facts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

const AFTER_TITLE = /^[0-9a-f]{10}(?:-|$)/;

/** Whether a pod has the name that `workloadName` gives what is for this, whatever its facts are. */
export function isNamedFor(pod: string, title: string): boolean {
  const readable = readableTitle(title);
  const beginning = `serve-${readable === '' ? '' : `${readable}-`}`;
  return pod.startsWith(beginning) && AFTER_TITLE.test(pod.slice(beginning.length));
}

/** What names can hold of what a workload is for. */
function readableTitle(title: string): string {
  return title
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, TITLE_LENGTH)
    .replaceAll(/^-+|-+$/g, '');
}

/** Name of a workload's objects: what it is for, and the beginning of the digest of its facts. At most 53 letters. */
export function workloadName(title: string, facts: string): string {
  // A Service must begin with a letter.
  const readable = readableTitle(title);
  return `serve-${readable === '' ? '' : `${readable}-`}${facts.slice(0, DIGEST_LENGTH)}`;
}
