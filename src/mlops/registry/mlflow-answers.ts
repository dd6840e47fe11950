import type { KeyValue, ModelVersion, RegisteredModel } from './types.ts';

/** Our types in MLflow's names. Undefined fields and empty lists are left out, as proto-JSON leaves them out. */

export function omitEmptyList<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

function toPairs(items: readonly KeyValue[]): readonly KeyValue[] | undefined {
  return omitEmptyList(items.map(({ key, value }) => ({ key, value })));
}

export function modelAnswer(model: RegisteredModel): object {
  return {
    name: model.name,
    creation_timestamp: model.creationTimestamp,
    last_updated_timestamp: model.lastUpdatedTimestamp,
    description: model.description || undefined,
    latest_versions: omitEmptyList(model.latestVersions.map(versionAnswer)),
    tags: toPairs(model.tags),
    aliases: omitEmptyList(model.aliases.map(({ alias, version }) => ({ alias, version: String(version) }))),
  };
}

export function versionAnswer(version: ModelVersion): object {
  return {
    name: version.model,
    version: String(version.version),
    creation_timestamp: version.creationTimestamp,
    last_updated_timestamp: version.lastUpdatedTimestamp,
    current_stage: version.stage,
    description: version.description ?? undefined,
    source: version.source,
    run_id: version.runId ?? '',
    // There is nothing to wait for: a version is whole when it is stored.
    status: 'READY',
    tags: toPairs(version.tags),
    run_link: version.runLink ?? undefined,
    aliases: omitEmptyList(version.aliases),
    model_id: version.modelId ?? undefined,
  };
}
