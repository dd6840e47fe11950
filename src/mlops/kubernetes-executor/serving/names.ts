import { createHash } from 'node:crypto';

/** Labels that identify all serving objects; work has other labels. */
export const SERVING = { 'app.kubernetes.io/managed-by': 'steelyard', 'app.kubernetes.io/name': 'steelyard-serving' };
/** Label: id of its server. */
export const SERVER = 'steelyard.dev/server';
/** Label: name of its workload. */
export const WORKLOAD = 'steelyard.dev/workload';
/** Annotation of a pod: the id of the replica that took it last. */
export const REPLICA = 'steelyard.dev/replica';
/** Annotation of the object that keeps pods: the digest of its distinguishing facts. */
export const FACTS = 'steelyard.dev/facts';
/** When it scales down, the controller ends the pod with the lowest cost first. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

const TITLE_LENGTH = 36;
const DIGEST_LENGTH = 10;

export function hashFacts(facts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

const AFTER_TITLE = /^[0-9a-f]{10}(?:-|$)/;

/** Whether `workloadName` gave a pod's workload its name for this title, with any facts. */
export function isNamedFor(pod: string, title: string): boolean {
  const readable = toReadableTitle(title);
  const beginning = `serve-${readable === '' ? '' : `${readable}-`}`;
  return pod.startsWith(beginning) && AFTER_TITLE.test(pod.slice(beginning.length));
}

/** Part of a title that is valid in a name. */
function toReadableTitle(title: string): string {
  return title
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, TITLE_LENGTH)
    .replaceAll(/^-+|-+$/g, '');
}

/** Name of a workload's objects: its title, and the beginning of the digest of its facts. At most 53 letters. */
export function buildWorkloadName(title: string, facts: string): string {
  // A Service must begin with a letter.
  const readable = toReadableTitle(title);
  return `serve-${readable === '' ? '' : `${readable}-`}${facts.slice(0, DIGEST_LENGTH)}`;
}
