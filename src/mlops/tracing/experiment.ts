import type { Sql } from '../../platform/store/index.ts';
import type { ExperimentFacts } from '../tracking/index.ts';
import { buildDoesNotExist, buildInvalidParameter } from '../wire/index.ts';

/** Interface that traces need from tracking. */
export interface Experiments {
  experiment(sql: Sql, experimentId: number): Promise<ExperimentFacts | null>;
}

/** The number in an id; ids are numbers, so another text names nothing. */
export function readExperimentId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw buildDoesNotExist(`No Experiment with id=${text} exists`);
}

/** Errors: RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE when it is deleted. */
export async function requireActiveExperiment(
  experiments: Experiments,
  sql: Sql,
  experimentId: number,
): Promise<ExperimentFacts> {
  const experiment = await experiments.experiment(sql, experimentId);
  if (experiment === null) throw buildDoesNotExist(`No Experiment with id=${experimentId} exists`);
  if (experiment.isActive) return experiment;
  throw buildInvalidParameter(
    `The experiment ${experimentId} must be in the 'active' state. Current state is deleted.`,
  );
}

/** Folder for data that is too large for a store: all spans for old clients, attachments for new ones. */
export function buildTracesFolder(experiment: ExperimentFacts, traceId: string): string {
  return `${experiment.artifactLocation.replace(/\/+$/, '')}/traces/${traceId}/artifacts`;
}
