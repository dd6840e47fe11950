import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RunCost } from '../../mlops/runs/schema.ts';
import type { LineageDataset, LineageModel, LineageRun } from '../../mlops/tracking/index.ts';
import { type OpenLineageDataset, type OpenLineageEvent, RUN_EVENT_SCHEMA } from './schema.ts';

/** Input for the event of a run. */
export interface EventFacts {
  readonly eventType: OpenLineageEvent['eventType'];
  /** UTC instant. */
  readonly eventTime: string;
  readonly run: LineageRun;
  /** The run that it is nested in; null when it is in none. */
  readonly parent: LineageRun | null;
  readonly cost: RunCost | null;
  readonly datasets: readonly LineageDataset[];
  readonly modelsRead: readonly LineageModel[];
  readonly modelsLogged: readonly LineageModel[];
  readonly versions: readonly { readonly model: string; readonly version: string; readonly modelId: string | null }[];
}

/** How this server names itself and its things. */
export interface Names {
  readonly producer: string;
  readonly namespace: string;
}

const buildStandardFacetUri = (name: string, version: string) =>
  `https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`;
const buildOwnFacetUri = (name: string) => `urn:steelyard:openlineage:${name}:1-0-0`;

/** The OpenLineage document for an event of a run. */
export function buildEventDocument(facts: EventFacts, names: Names): OpenLineageEvent {
  const { producer, namespace } = names;
  const { run, cost, parent } = facts;
  const facet = (schema: string) => ({ _producer: producer, _schemaURL: schema });
  return {
    eventType: facts.eventType,
    eventTime: facts.eventTime,
    producer,
    schemaURL: RUN_EVENT_SCHEMA,
    run: {
      runId: toRunUuid(run.runId),
      facets: {
        steelyard_run: { ...facet(buildOwnFacetUri('SteelyardRunFacet')), runId: run.runId, runName: run.runName },
        ...(parent === null ? {} : { parent: buildParentFacet(parent, names) }),
        ...(cost === null ? {} : { steelyard_cost: { ...facet(buildOwnFacetUri('SteelyardCostRunFacet')), ...cost } }),
      },
    },
    job: {
      namespace,
      name: run.experimentName,
      facets: {
        jobType: {
          ...facet(buildStandardFacetUri('JobTypeJobFacet', '2-0-4')),
          processingType: 'BATCH',
          integration: 'STEELYARD',
          jobType: 'EXPERIMENT',
        },
      },
    },
    inputs: [
      ...facts.datasets.map((dataset) => toDataset(dataset, names)),
      ...facts.modelsRead.map((model) => toModelDataset(model, names)),
    ],
    outputs: [
      ...facts.modelsLogged.map((model) => toModelDataset(model, names)),
      ...facts.versions.map((version) => toVersionDataset(version, names)),
    ],
  };
}

function buildParentFacet({ runId, experimentName }: LineageRun, { producer, namespace }: Names) {
  return {
    _producer: producer,
    _schemaURL: buildStandardFacetUri('ParentRunFacet', '1-1-0'),
    run: { runId: toRunUuid(runId) },
    job: { namespace, name: experimentName },
  };
}

/**
 * A run id as the UUID that OpenLineage wants: MLflow's ids are UUIDs without hyphens; any other text is hashed to one.
 * Example: `0123…cdef` (32 digits) -> `01234567-89ab-…`.
 */
export function toRunUuid(runId: string): string {
  const hex = /^[0-9a-f]{32}$/.test(runId) ? runId : hashToUuidHex(runId);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A UUID of version 8 (RFC 9562: custom algorithm), from SHA-256. */
function hashToUuidHex(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`;
}

function toDataset(dataset: LineageDataset, { producer, namespace }: Names): OpenLineageDataset {
  const { name, digest, sourceType } = dataset;
  const uri = parseSourceUri(dataset.source);
  const fields = parseSchemaFields(dataset.schema);
  return {
    ...(splitUri(uri) ?? { namespace, name: `datasets/${name}` }),
    facets: {
      version: {
        _producer: producer,
        _schemaURL: buildStandardFacetUri('DatasetVersionDatasetFacet', '1-0-1'),
        datasetVersion: digest,
      },
      dataSource: {
        _producer: producer,
        _schemaURL: buildStandardFacetUri('DatasourceDatasetFacet', '1-0-1'),
        name: sourceType,
        ...(uri === null ? {} : { uri }),
      },
      ...(fields.length === 0
        ? {}
        : {
            schema: { _producer: producer, _schemaURL: buildStandardFacetUri('SchemaDatasetFacet', '1-2-0'), fields },
          }),
    },
  };
}

function toModelDataset({ modelId, name }: LineageModel, { producer, namespace }: Names): OpenLineageDataset {
  const known = { _producer: producer, _schemaURL: buildOwnFacetUri('SteelyardModelDatasetFacet'), modelId, name };
  return { namespace, name: `logged_models/${modelId}`, facets: { steelyard_model: known } };
}

function toVersionDataset(version: EventFacts['versions'][number], { producer, namespace }: Names): OpenLineageDataset {
  const { model, modelId } = version;
  return {
    namespace,
    name: `models/${model}/${version.version}`,
    facets: {
      version: {
        _producer: producer,
        _schemaURL: buildStandardFacetUri('DatasetVersionDatasetFacet', '1-0-1'),
        datasetVersion: version.version,
      },
      steelyard_model: {
        _producer: producer,
        _schemaURL: buildOwnFacetUri('SteelyardModelDatasetFacet'),
        modelId,
        name: model,
      },
    },
  };
}

const Source = z.object({ uri: z.string().optional(), url: z.string().optional(), path: z.string().optional() });

/** URI of a dataset, from the source that MLflow's client recorded; null where that is no URI. */
function parseSourceUri(source: string): string | null {
  const parsed = Source.safeParse(parseJsonOrUndefined(source));
  const text = parsed.success ? (parsed.data.uri ?? parsed.data.url ?? parsed.data.path) : source;
  return text !== undefined && /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(text) ? text : null;
}

/** OpenLineage name of a dataset in a bucket or on a host: `scheme://authority` and the path. */
function splitUri(uri: string | null): { namespace: string; name: string } | null {
  const [, namespace, name] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#\s]+)\/([^?#\s]+)/i.exec(uri ?? '') ?? [];
  return namespace === undefined || name === undefined ? null : { namespace, name };
}

const Column = z.object({ name: z.string().optional(), type: z.string().optional() });
const Schema = z.object({ mlflow_colspec: z.array(Column).optional() });

function parseSchemaFields(schema: string | null): { name: string; type?: string }[] {
  const parsed = Schema.safeParse(schema === null ? null : parseJsonOrUndefined(schema));
  const columns = parsed.success ? (parsed.data.mlflow_colspec ?? []) : [];
  return columns.map(({ name, type }, index) => ({
    name: name ?? String(index),
    ...(type === undefined ? {} : { type }),
  }));
}

/** Parses JSON written by clients; undefined for invalid JSON. */
function parseJsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
