import { cleanKey } from '../../platform/objects/index.ts';
import { buildInvalidParameter, countCharacters } from '../wire/index.ts';

export const DEFAULT_EXPERIMENT_ID = 0;

const MAX_LOCATION_LENGTH = 2048;

/** Schemes with a host in the URI: a server or another user's client would connect to it. */
const HOST_SCHEMES = new Set(['http', 'https', 'ftp', 'sftp', 'hdfs', 'viewfs', 'ws', 'wss']);

/**
 * Schemes of artifact stores that MLflow clients support. Others (`jar:`, `gopher:`) could attack a reader of the URI.
 */
const STORE_SCHEMES = new Set(
  'mlflow-artifacts file s3 r2 b2 oss gs wasb wasbs abfs abfss az azureml dbfs databricks'.split(' '),
);

/** Clients resolve this scheme to this server's artifact routes, so no artifact ends on a client's disk by accident. */
export function buildArtifactLocation(experimentId: number): string {
  return `mlflow-artifacts:/${experimentId}`;
}

/** `<root>/<a>/<b>`, with the root's query at the end. */
export function appendToUri(root: string, ...segments: readonly string[]): string {
  const [path = '', query] = root.split('?');
  const joined = [path.replace(/\/+$/, ''), ...segments].join('/');
  return query === undefined ? joined : `${joined}?${query}`;
}

/**
 * Object key of a proxied URI (`mlflow-artifacts:/3/run/artifacts` -> `artifacts/3/run/artifacts`). Null: the URI is
 * not stored by this server. Error: `object_path_invalid`.
 */
export function buildObjectKey(uri: string, ...path: readonly string[]): string | null {
  const found = /^mlflow-artifacts:\/+(.*)$/s.exec(uri);
  const [, root = ''] = found ?? [];
  if (found === null || /^mlflow-artifacts:\/\/[^/]/.test(uri)) return null;
  return toProxiedKey([root, ...path].filter((part) => part !== '').join('/'));
}

/** Object key of a path under the artifact proxy. Error: `object_path_invalid`. */
export function toProxiedKey(path: string): string {
  const key = cleanKey(path);
  return key === '' ? 'artifacts' : `artifacts/${key}`;
}

/** Checks an artifact location that a client gives for an experiment. Refusals use MLflow's texts. */
export function checkArtifactLocation(location: string): void {
  if (countCharacters(location) > MAX_LOCATION_LENGTH) {
    throw buildInvalidParameter(
      `Invalid artifact path length. The length of the artifact path cannot be greater than ${MAX_LOCATION_LENGTH} bytes.`,
    );
  }
  if (location.startsWith('runs:')) {
    throw buildInvalidParameter(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  }
  const [, scheme = '', rest = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s.exec(location) ?? [];
  const decoded = decodeFully(location);
  if (decoded.includes('#') || decoded.includes(';')) {
    throw buildInvalidParameter("'artifact_location' URL can't include fragments or params.");
  }
  if (decoded.split(/[/\\?&=]/).includes('..') || decoded.includes('\0')) {
    throw buildInvalidParameter(`Invalid artifact location: '${location}' must not contain '..'.`);
  }
  checkHost('artifact_location', location);
  checkScheme(scheme);
  if (!(scheme.toLowerCase() === 'mlflow-artifacts' && /^\/\/[^/]/.test(rest))) return;
  throw buildOtherHost('artifact_location', 'mlflow-artifacts');
}

/** One letter is a drive of Windows. */
function checkScheme(scheme: string): void {
  if (scheme.length <= 1 || STORE_SCHEMES.has(scheme.toLowerCase())) return;
  throw buildInvalidParameter(
    `'artifact_location' cannot use the '${scheme}' scheme. Use one of ${[...STORE_SCHEMES].join(', ')}, or a path.`,
  );
}

/** Refuses a URI that would make a server or a reader connect to a host chosen by the caller. */
export function checkHost(field: string, uri: string): void {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase() ?? '';
  if (HOST_SCHEMES.has(scheme)) throw buildOtherHost(field, scheme);
}

function buildOtherHost(field: string, scheme: string): Error {
  return buildInvalidParameter(
    `'${field}' cannot use the '${scheme}' scheme: it addresses a host other than this server's artifact storage.`,
  );
}

/** Percent-decoding repeated until nothing changes: what any reader down the line may take the text for. */
export function decodeFully(text: string): string {
  let current = text;
  for (let round = 0; round < 10; round += 1) {
    const next = decodeOnce(current);
    if (next === current) return current;
    current = next;
  }
  throw buildInvalidParameter('Invalid path: it is encoded too many times.', 'object_path_invalid');
}

/** Decodes each sequence separately, so that one broken sequence does not hide the others. */
function decodeOnce(text: string): string {
  return text.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (sequence) => {
    try {
      return decodeURIComponent(sequence);
    } catch {
      return sequence;
    }
  });
}
