import { type Identity, isWorkVisible, refuseHidden } from '../../platform/http/index.ts';
import { findUnkeptCharacter } from '../../platform/units/index.ts';
import type { Fields, MlflowCall, MlflowRoute } from '../wire/index.ts';
import { type Belongings, createBelongings } from './belongings.ts';
import type { Belonging, WriteAccessDeps } from './deps.ts';

/** A request that reads things by name, after it was parsed as JSON. */
export interface EndpointRead {
  readonly identity: Identity;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Read access of callers who see the data of their teams only. Each check refuses with `not_visible`. */
export interface ReadAccess {
  /** The things that a request to an endpoint of Steelyard's API names. One that names none is refused. */
  endpoint(read: EndpointRead): Promise<void>;
  /** The things that a message of MLflow's protocol names. */
  message(path: MlflowRoute['path'], call: MlflowCall): Promise<void>;
  /** A path of artifacts, which must contain the id of a run, a logged model or a trace. */
  artifact(identity: Identity, path: string): Promise<void>;
  run(identity: Identity, runId: string): Promise<void>;
  loggedModel(identity: Identity, modelId: string): Promise<void>;
  model(identity: Identity, name: string): Promise<void>;
  /** The source of a new version: the files of which become those of the model. */
  source(identity: Identity, source: string): Promise<void>;
}

const ID = /(?<![0-9a-z])(tr-|m-|)([0-9a-f]{32})(?![0-9a-z])/g;
/** Locations of files that this server reads for its clients. */
const OWN_LOCATION = /^(mlflow-artifacts|runs|models):/;

export function createReadAccess(deps: WriteAccessDeps): ReadAccess {
  const of = createBelongings(deps);
  const require = async (identity: Identity, what: string, find: () => Promise<Belonging | null>): Promise<void> => {
    if (identity.visible.work === 'all') return;
    // A name that no store keeps is the name of no thing.
    const owner = findUnkeptCharacter(what) === null ? await find() : null;
    if (owner === null || !isWorkVisible(identity, owner)) throw refuseHidden(identity, what);
  };
  const access: ReadAccess = {
    run: (identity, runId) => require(identity, `Run ${runId}`, () => of.ofRun(runId)),
    loggedModel: (identity, id) => require(identity, `Logged model ${id}`, () => of.ofLoggedModel(id)),
    model: (identity, name) => require(identity, `Model ${name}`, () => of.ofModel(name)),
    async artifact(identity, path) {
      if (identity.visible.work === 'all') return;
      if ((await requireIds(of, identity, path)) === 0) throw refuseHidden(identity, `Path ${path}`);
    },
    async source(identity, source) {
      if (identity.visible.work === 'all') return;
      const named = await requireIds(of, identity, source);
      const [, model] = /^models:\/+([^/@]+)[/@]/.exec(source) ?? [];
      if (model !== undefined) return access.model(identity, decodeURIComponent(model));
      if (named === 0 && OWN_LOCATION.test(source)) throw refuseHidden(identity, `Source ${source}`);
    },
    message: (path, call) => checkMessage(of, path, call),
    endpoint: (read) => checkEndpoint(deps, of, require, read),
  };
  return access;
}

type Require = (identity: Identity, what: string, find: () => Promise<Belonging | null>) => Promise<void>;

/** Checks every run, logged model and trace whose id a location contains; returns their number. */
async function requireIds(of: Belongings, identity: Identity, location: string): Promise<number> {
  const found = [...location.matchAll(ID)];
  for (const [id, kind] of found) {
    const find = kind === 'tr-' ? of.ofTrace : kind === 'm-' ? of.ofLoggedModel : of.ofRun;
    const owner = await find(id);
    if (owner === null || !isWorkVisible(identity, owner)) throw refuseHidden(identity, `Path ${location}`);
  }
  return found.length;
}

/** Fields of the API that name things: their title and how their owner is found. */
function listFields(
  of: Belongings,
  owned: WriteAccessDeps['owned'],
): ReadonlyMap<string, readonly [title: string, find: (name: string) => Promise<Belonging | null>]> {
  const further = Object.entries(owned).map(
    ([field, { title }]) => [field, [title, (name: string) => of.ofOwned(field, name)]] as const,
  );
  return new Map([
    ['runId', ['Run', of.ofRun]],
    ['runIds', ['Run', of.ofRun]],
    ['experimentId', ['Experiment', of.ofExperiment]],
    ['experimentIds', ['Experiment', of.ofExperiment]],
    ['modelId', ['Logged model', of.ofLoggedModel]],
    ['loggedModel', ['Logged model', of.ofLoggedModel]],
    ['model', ['Model', of.ofModel]],
    ['traceId', ['Trace', of.ofTrace]],
    ...further,
  ]);
}

async function checkEndpoint(
  { owned }: WriteAccessDeps,
  of: Belongings,
  require: Require,
  { identity, params, query, body }: EndpointRead,
): Promise<void> {
  const fields = listFields(of, owned);
  let named = 0;
  for (const part of [toFields(params), toFields(query), toFields(body)]) {
    for (const [field, value] of Object.entries(part)) {
      const known = fields.get(field);
      if (known === undefined) continue;
      for (const name of [value].flat().map(String)) {
        await require(identity, `${known[0]} ${name}`, () => known[1](name));
        named += 1;
      }
    }
  }
  // The `run` of a query is a run; in a path it is the run of a pipeline, which the path names as well.
  for (const runId of [toFields(query).run ?? []].flat().map(String)) {
    await require(identity, `Run ${runId}`, () => of.ofRun(runId));
    named += 1;
  }
  if (named === 0) throw refuseHidden(identity, 'The request');
}

function toFields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return ArrayBuffer.isView(value) || 'pipe' in value ? {} : { ...value };
}

/** A missing thing passes: MLflow clients depend on the error of the handler. */
async function checkMessage(
  of: Belongings,
  path: MlflowRoute['path'],
  { identity, fields, params }: MlflowCall,
): Promise<void> {
  const check = async (title: string, find: (id: string) => Promise<Belonging | null>, ids: readonly string[]) => {
    for (const id of new Set(ids)) {
      const owner = await find(id);
      if (owner !== null && !isWorkVisible(identity, owner)) throw refuseHidden(identity, `${title} ${id}`);
    }
  };
  const [, , noun = ''] = path.split('/');
  switch (noun) {
    case 'runs':
    case 'artifacts':
      return check('Run', of.ofRun, [fields.requiredText('run_id', 'run_uuid')]);
    case 'metrics':
      return check('Run', of.ofRun, readRunIds(path, fields));
    case 'experiments':
      return check('Experiment', of.ofExperiment, [fields.requiredText('experiment_id')]);
    case 'logged-models':
      return check('Logged model', of.ofLoggedModel, [params.modelId ?? '']);
    case 'registered-models':
    case 'model-versions':
      return check('Model', of.ofModel, [fields.requiredText('name')]);
    case 'traces':
      return check('Trace', of.ofTrace, readTraceIds(path, params, fields));
    default:
      throw refuseHidden(identity, 'The request');
  }
}

function readRunIds(path: string, fields: Fields): string[] {
  if (path === '/mlflow/metrics/get-history-bulk') return fields.texts('run_id');
  if (path === '/mlflow/metrics/get-history-bulk-interval') return fields.texts('run_ids');
  return [fields.requiredText('run_id', 'run_uuid')];
}

function readTraceIds(path: string, params: MlflowCall['params'], fields: Fields): string[] {
  if (params.traceId !== undefined) return [params.traceId];
  return path === '/mlflow/traces/get' ? [fields.requiredText('trace_id')] : fields.texts('trace_ids');
}
