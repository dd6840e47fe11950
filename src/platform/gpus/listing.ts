import type { GpuReading } from './reading.ts';

export type GpuListing = Omit<GpuReading, 'at'>;

const MIB = 1024 ** 2;

/**
 * GPUs from the lines of `nvidia-smi --query-gpu=index,uuid,name,utilization.gpu,memory.used,power.draw[,total_energy_consumption]
 * --format=csv,noheader`. A value other than a number with its unit (`[N/A]`, `[Not Supported]`, `ERR!`) is unknown: null.
 * Example: `0, GPU-5c1b, NVIDIA A10G, 61 %, 2048 MiB, 71.25 W` -> ratio 0.61, 2147483648 bytes, 71.25 W.
 */
export function parseGpuListing(text: string): GpuListing[] {
  return text.split('\n').flatMap((line) => {
    const [index, uuid, name, utilization, memory, power, energy] = line.split(',').map((cell) => cell.trim());
    if (index === undefined || !/^\d+$/.test(index) || uuid === undefined) return [];
    const percent = parseAmount(utilization, '%');
    const mebibytes = parseAmount(memory, 'MiB');
    const millijoules = parseAmount(energy, 'mJ');
    return [
      {
        index: Number(index),
        uuid,
        model: name === undefined || !/^\w/.test(name) ? null : name,
        utilizationRatio: percent === null || percent > 100 ? null : percent / 100,
        memoryBytes: mebibytes === null ? null : mebibytes * MIB,
        powerWatts: parseAmount(power, 'W'),
        energyJoules: millijoules === null ? parseAmount(energy, 'J') : millijoules / 1000,
      },
    ];
  });
}

/**
 * Ids of processes by the UUID of their GPU, of the lines of `nvidia-smi --query-compute-apps=gpu_uuid,pid --format=csv,noheader`. A process
 * of another container may have no id here (`[N/A]`, `[Not Found]`): its GPU is then held by an unknown one, null.
 */
export function parseGpuProcesses(text: string): Map<string, number[] | null> {
  const processes = new Map<string, number[] | null>();
  for (const line of text.split('\n')) {
    const [uuid = '', pid = ''] = line.split(',').map((cell) => cell.trim());
    if (!/^(GPU|MIG)-/.test(uuid)) continue;
    const known = processes.get(uuid);
    const id = /^[1-9]\d*$/.test(pid) ? Number(pid) : null;
    processes.set(uuid, known === null || id === null ? null : [...(known ?? []), id]);
  }
  return processes;
}

/** A number of this unit, zero or more; null for all else. A number without a unit is of no known unit. */
function parseAmount(cell: string | undefined, unit: string): number | null {
  const [, amount, of] = /^(\d+(?:\.\d+)?)\s*([A-Za-z%]+)$/.exec(cell ?? '') ?? [];
  return amount === undefined || of !== unit ? null : Number(amount);
}
