import { posix } from 'node:path';
import { checkHost, decodeFully } from '../tracking/index.ts';
import { buildInvalidParameter } from '../wire/index.ts';

/** Valid sources of a version's artifacts (MLflow's rule; security-refusals.md, section 1). */

/** Target of a `models:/…` URI: a version of a model, an alias, a stage or `latest`, or a logged model. */
export type ModelUri =
  | { readonly kind: 'logged-model'; readonly modelId: string }
  | { readonly kind: 'version'; readonly model: string; readonly version: string }
  | { readonly kind: 'alias'; readonly model: string; readonly alias: string }
  | { readonly kind: 'stage'; readonly model: string; readonly stage: string };

/** The parts of a `models:/…` source, or null for a source of any other scheme. */
export function parseModelUri(source: string): ModelUri | null {
  if (!/^models:/i.test(source)) return null;
  const path = /^models:\/([^/].*)$/s.exec(source)?.[1] ?? '';
  const [, model = '', rest] = /^([^/@]+)(?:[/@](.+))?$/s.exec(path) ?? [];
  if (model !== '' && rest === undefined && model.startsWith('m-')) return { kind: 'logged-model', modelId: model };
  if (model === '' || rest === undefined || rest.includes('/')) {
    throw buildInvalidParameter(`Invalid model version source: '${source}' is not a model URI.`);
  }
  if (path.charAt(model.length) === '@') return { kind: 'alias', model, alias: rest };
  return /^\d+$/.test(rest) ? { kind: 'version', model, version: rest } : { kind: 'stage', model, stage: rest };
}

/** True for a location on a client's own disk: a path, a `file:` URI without a remote host, or a Windows drive. */
export function isLocal(source: string): boolean {
  if (/^file:/i.test(source)) return true;
  return /^[a-zA-Z]:[\\/]/.test(source) || !/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(source);
}

/**
 * Refuses a source that could resolve to another target than it names. `root` is the root of the artifacts of the run
 * or logged model that the request names, null when it names none: a local path must be inside it. `idField` is the
 * request field that named it.
 */
export function checkSource(source: string, root: string | null, idField: 'run_id' | 'model_id'): void {
  if (!isLocal(source)) {
    checkRemote(source);
    return;
  }
  if (root !== null && isLocal(root) && isInside(toLocalPath(source), toLocalPath(root))) return;
  const owner = idField === 'run_id' ? 'run' : 'model';
  throw buildInvalidParameter(
    `Invalid model version source: '${source}'. To use a local path as a model version source, the ${idField} request ` +
      `parameter has to be specified and the local path has to be contained within the artifact directory of the ` +
      `${owner} specified by the ${idField}.`,
  );
}

/**
 * Refuses a source that is invalid for a new version even without a path traversal: another host; artifacts of this
 * server outside the run or logged model of the request (`root`); and `runs:/…` of another run than the request names.
 */
export function checkOwner(
  source: string,
  owner: { readonly idField: 'run_id' | 'model_id'; readonly runId: string | null; readonly root: string | null },
): void {
  checkHost('source', source);
  const ofRun = /^runs:\/+([^/]+)/i.exec(source)?.[1];
  const owned = ofRun === undefined ? isOwned(source, owner.root) : ofRun === owner.runId;
  if (owned) return;
  throw buildInvalidParameter(
    `Invalid model version source: '${source}'. The ${owner.idField} request parameter must identify the resource that ` +
      'contains the source.',
  );
}

function isOwned(source: string, root: string | null): boolean {
  if (!/^(?:mlflow-artifacts|runs):/i.test(source)) return true;
  return root !== null && isInside(`/${normalizeUri(source)}`, `/${normalizeUri(root)}`);
}

/** Scheme and path segments, decoded, without what repeats a slash. */
function normalizeUri(uri: string): string {
  return decodeFully(uri)
    .split('/')
    .filter((part) => part !== '')
    .join('/');
}

function checkRemote(source: string): void {
  const decoded = decodeFully(source);
  const path = parsePath(decoded).replaceAll(/\/+/g, '/').replace(/\/$/, '');
  const climbs = decoded.split(/[/\\]/).some((segment) => segment === '..');
  const hides = decoded.includes('\0') || decoded.includes('#') || parseQuery(decoded).includes('..');
  const resolves = path === '' || (path.startsWith('/') && posix.normalize(path) === path);
  if (!climbs && !hides && resolves) return;
  throw buildInvalidParameter(
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, ` +
      'objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references ' +
      'present. Please provide an absolute path.',
  );
}

/** The path of a URI, after its scheme and authority. */
function parsePath(uri: string): string {
  const withoutScheme = uri.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:/, '').split('?')[0] ?? '';
  return withoutScheme.startsWith('//') ? withoutScheme.replace(/^\/\/[^/]*/, '') : withoutScheme;
}

function parseQuery(uri: string): string {
  const start = uri.indexOf('?');
  return start === -1 ? '' : uri.slice(start + 1);
}

function toLocalPath(source: string): string {
  const path = decodeFully(source).replace(/^file:(?:\/\/)?/i, '');
  if (path.includes('\0') || path.includes('\\')) return '';
  return posix.resolve('/', path);
}

function isInside(path: string, root: string): boolean {
  return root !== '' && path !== '' && (path === root || path.startsWith(`${root}/`));
}
