import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import type { LakeSession } from '../../platform/lake/index.ts';
import type { TableFile } from '../../platform/tables/index.ts';
import { findColumn, openFile } from '../gpu-telemetry/index.ts';
import { WHOLE_GPU_MILLI } from './lower-bound.ts';
import type { PackNode, PackPod } from './place-pods.ts';

/** Maximum sizes of the lists: every pod is compared with every node, so a malicious list is rejected. */
const MOST_NODES = 20_000;
const MOST_PODS = 200_000;

const whole = z.coerce.number({ error: 'a whole number' }).int('a whole number').min(0, 'zero or more');
const name = z.string({ error: 'a name' }).min(1, 'a name');

const NodeRow = z.object({
  name,
  cpu: whole,
  memory: whole,
  gpus: whole.max(64, 'at most 64'),
  model: z.string().nullable(),
});
const PodRow = z
  .object({
    name,
    cpu: whole,
    memory: whole,
    gpus: whole.max(64, 'at most 64'),
    gpuMilli: whole.max(WHOLE_GPU_MILLI, 'at most 1000'),
    models: z.string().nullable(),
  })
  .refine(({ gpus, gpuMilli }) => gpus === 0 || gpuMilli > 0, { error: 'more than 0', path: ['gpuMilli'] })
  .refine(({ gpus, gpuMilli }) => gpus < 2 || gpuMilli === WHOLE_GPU_MILLI, {
    error: '1000, since a pod of several GPUs takes each whole',
    path: ['gpuMilli'],
  });

/** Field of a row, and the names that its column may have. Columns in the second list may be missing. */
const NODE_COLUMNS = { name: ['sn', 'name'], cpu: ['cpu_milli'], memory: ['memory_mib'], gpus: ['gpu'] };
const POD_COLUMNS = {
  name: ['name'],
  cpu: ['cpu_milli'],
  memory: ['memory_mib'],
  gpus: ['num_gpu'],
  gpuMilli: ['gpu_milli'],
};

/** Errors: those of the file, `gpu_column_missing`, `gpu_list_invalid` with the row. */
export async function readNodes(session: LakeSession, file: TableFile): Promise<PackNode[]> {
  const rows = await readRows(session, file, NODE_COLUMNS, { model: ['model'] }, MOST_NODES);
  return rows.map((row, index) => {
    const { cpu, memory, ...rest } = parseRow(NodeRow, row, file, index, { ...NODE_COLUMNS, model: ['model'] });
    return { ...rest, cpuMilli: cpu, memoryMib: memory };
  });
}

/** Errors: as of `readNodes`. */
export async function readPods(session: LakeSession, file: TableFile): Promise<PackPod[]> {
  const rows = await readRows(session, file, POD_COLUMNS, { models: ['gpu_spec'] }, MOST_PODS);
  return rows.map((row, index) => {
    const { cpu, memory, models, ...rest } = parseRow(PodRow, row, file, index, {
      ...POD_COLUMNS,
      models: ['gpu_spec'],
    });
    const gpuMilli = rest.gpus === 0 ? 0 : rest.gpuMilli;
    return { ...rest, gpuMilli, cpuMilli: cpu, memoryMib: memory, models: models?.split('|') ?? null };
  });
}

type Columns = Readonly<Record<string, readonly string[]>>;

async function readRows(
  session: LakeSession,
  file: TableFile,
  needed: Columns,
  known: Columns,
  most: number,
): Promise<Record<string, unknown>[]> {
  const source = await openFile(session, file);
  const picked = [
    ...Object.entries(needed).map(([field, names]) => `${findColumn(source, names)}::VARCHAR AS "${field}"`),
    ...Object.entries(known).map(([field, [column = '']]) => {
      const there = source.columns.includes(column);
      return `${there ? `nullif(trim(${findColumn(source, [column])}::VARCHAR), '')` : 'NULL'} AS "${field}"`;
    }),
  ];
  const rows = await source.guard(
    session.query(`SELECT ${picked.join(', ')} FROM ${source.relation} LIMIT ${most + 1}`),
  );
  if (rows.length > most) {
    const detail = `${file.name} has more than ${most} rows; pack a part of it.`;
    throw new AppError('gpu_list_invalid', detail, { file: file.name });
  }
  if (rows.length === 0) {
    throw new AppError('gpu_list_invalid', `${file.name} has a header and no row.`, { file: file.name });
  }
  return rows;
}

function parseRow<S extends z.ZodType>(
  schema: S,
  row: unknown,
  file: TableFile,
  index: number,
  columns: Columns,
): z.output<S> {
  const result = schema.safeParse(row);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const column = columns[String(issue?.path[0])]?.[0] ?? '';
  const detail = `${file.name}, row ${index + 1}: ${column} is not ${issue?.message ?? 'as expected'}.`;
  throw new AppError('gpu_list_invalid', detail, { file: file.name, row: index + 1, column });
}
