import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A GPU as the program lists it, in the words of the real one. */
export interface ListedGpu {
  readonly uuid: string;
  readonly name: string;
  readonly utilization: string;
  readonly memory: string;
  readonly power: string;
  /** Counter of energy; left out where the driver has none. */
  readonly energy?: string;
  /** Ids of the processes that compute on it, as they are listed. */
  readonly pids?: readonly string[];
}

export const A10G: ListedGpu = {
  uuid: 'GPU-7d9a3c1e-0000-0000-0000-000000000001',
  name: 'NVIDIA A10G',
  utilization: '61 %',
  memory: '20480 MiB',
  power: '150.00 W',
};

/**
 * For tests: puts a program named nvidia-smi into a folder, that answers `--query-gpu` with these GPUs in the documented format and refuses a field
 * that it does not have as the real one does. Each call adds a line to `calls` there.
 */
export function placeNvidiaSmi(
  folder: string,
  gpus: readonly ListedGpu[],
): { readonly folder: string; readonly calls: string } {
  mkdirSync(folder, { recursive: true });
  const hasEnergy = gpus.every(({ energy }) => energy !== undefined);
  const calls = join(folder, 'calls');
  writeFileSync(
    join(folder, 'gpus.json'),
    JSON.stringify(gpus.map((gpu, index) => ({ ...cells(gpu), index: String(index) }))),
  );
  writeFileSync(
    join(folder, 'nvidia-smi'),
    `#!${process.execPath}
const { readFileSync, appendFileSync } = require('node:fs');
appendFileSync(${JSON.stringify(calls)}, process.argv.slice(2).join(' ') + '\\n');
if (process.argv.some((word) => word.startsWith('--query-compute-apps='))) {
  for (const gpu of JSON.parse(readFileSync(${JSON.stringify(join(folder, 'gpus.json'))}, 'utf8'))) {
    for (const pid of gpu.pids) console.log(gpu.uuid + ', ' + pid);
  }
  process.exit(0);
}
const fields = process.argv.find((word) => word.startsWith('--query-gpu=')).slice(12).split(',');
const known = ['index', 'uuid', 'name', 'utilization.gpu', 'memory.used', 'power.draw'${hasEnergy ? ", 'total_energy_consumption'" : ''}];
const unknown = fields.find((field) => !known.includes(field));
if (unknown !== undefined) {
  console.log('Field "' + unknown + '" is not a valid field to query.');
  process.exit(2);
}
for (const gpu of JSON.parse(readFileSync(${JSON.stringify(join(folder, 'gpus.json'))}, 'utf8'))) {
  console.log(fields.map((field) => gpu[field]).join(', '));
}
`,
  );
  chmodSync(join(folder, 'nvidia-smi'), 0o755);
  return { folder, calls };
}

function cells({ uuid, name, utilization, memory, power, energy, pids = [] }: ListedGpu) {
  return {
    uuid,
    pids,
    name,
    'utilization.gpu': utilization,
    'memory.used': memory,
    'power.draw': power,
    total_energy_consumption: energy,
  };
}
