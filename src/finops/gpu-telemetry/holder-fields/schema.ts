import { z } from 'zod';
import { subjectFields } from '../../../org/schema.ts';

/** Facts of a holder in a file, in addition to its subject, by the name of the field. */
export const placeFields = ['host', 'gpuModel', 'namespace', 'pod', 'container'] as const;

/** Subject fields that a file may have; the purpose of the compute follows from them. */
export const ownerFields = subjectFields.filter((field) => field !== 'purpose' && field !== 'environment');

export const HolderField = z
  .enum([...placeFields, ...ownerFields] as [string, ...string[]])
  .describe('host, gpuModel, namespace, pod, container, or a field of a subject such as team, run or endpoint');

/** Whether a field identifies a holder; a machine, a model and labels (null) do not. */
export function identifiesHolder(field: string | null): boolean {
  return field !== null && field !== 'host' && field !== 'gpuModel';
}

const ColumnName = z.string().min(1).max(200);

/** Columns that identify the holder of a GPU; the same for a file of holders and a file of readings. */
export const holderColumns = {
  columns: z
    .partialRecord(HolderField, ColumnName.describe('Column'))
    .default({})
    .describe('Columns of the holder, by field; a row in which all are empty means that the GPU has no holder'),
  labels: z
    .record(z.string().min(1).max(200), ColumnName.describe('Column'))
    .default({})
    .describe('Columns of labels of the pod, by key, for rules of kind GpuOwnerRules'),
};
