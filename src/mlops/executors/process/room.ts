import { AppError } from '../../../platform/errors/index.ts';
import type { Resources, Work } from '../../compute/index.ts';
import type { Gpu } from './gpus.ts';

export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: readonly Gpu[];
}

/** Resources of the machine that one piece of work holds. */
export interface Place {
  /** Variables that show the work only its own GPUs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its own, by index. */
  readonly gpus: readonly number[];
  /** Gives it back; a second call changes nothing. */
  leave(): void;
}

/** Allocation of one machine's resources to work. */
export interface Room {
  /** Requested resources that are not free now, one sentence. Null: all are free. Errors: `executor_cannot` if the machine lacks them. */
  missing(work: Pick<Work, 'resources'>): string | null;
  /** Errors: `executor_cannot` if the machine lacks the resources, `executor_quota` if other work holds them now. */
  enter(work: Pick<Work, 'id' | 'resources'>): Place;
  /** Registers work that runs already, found after a restart. It keeps its resources. `gpus`: their indexes; null: unknown. */
  occupied(work: Pick<Work, 'id' | 'resources'>, gpus: readonly number[] | null): Place;
}

/** CPUs that work without a CPU request counts as. The work is not limited to that. */
const UNSTATED_CPUS = 1;

interface Occupancy {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: readonly number[];
}

export function createRoom(machine: Machine): Room {
  const taken = new Map<string, Occupancy>();
  const sum = (of: (one: Occupancy) => number) => [...taken.values()].reduce((total, one) => total + of(one), 0);

  function freeGpus(model: string | null): number[] {
    const used = new Set([...taken.values()].flatMap(({ gpus }) => gpus));
    return selectGpus(machine, model).filter((index) => !used.has(index));
  }

  function take(id: string, resources: Resources, given: readonly number[] | null): Place {
    const gpus = given ?? freeGpus(resources.gpus.model).slice(0, resources.gpus.count);
    taken.set(id, { cpus: countCpus(resources), memoryBytes: resources.memoryBytes ?? 0, gpus });
    // Set even if empty: work without a GPU request must not find a GPU that other work holds.
    const visible: Record<string, string> =
      machine.gpus.length === 0
        ? {}
        : // CUDA's default order of GPUs is by speed; nvidia-smi orders them by bus id.
          { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: gpus.join(',') };
    return { environment: visible, gpus, leave: () => void taken.delete(id) };
  }

  function missing({ resources }: Pick<Work, 'resources'>): string | null {
    refuseImpossible(machine, resources);
    const { cpus, memoryBytes, gpus } = resources;
    const full = [
      sum((one) => one.cpus) + countCpus(resources) > machine.cpus && taken.size > 0 ? `${cpus ?? 1} CPUs` : null,
      sum((one) => one.memoryBytes) + (memoryBytes ?? 0) > machine.memoryBytes ? `${memoryBytes} bytes` : null,
      freeGpus(gpus.model).length < gpus.count ? `${gpus.count} GPUs` : null,
    ].filter((each) => each !== null);
    return full.length === 0 ? null : full.join(', ');
  }

  return {
    missing,
    enter({ id, resources }) {
      const full = missing({ resources });
      if (full === null) return take(id, resources, null);
      throw new AppError('executor_quota', `This machine does not have enough free capacity now: ${full}.`, {
        work: id,
      });
    },
    occupied: ({ id, resources }, gpus) => take(id, resources, gpus),
  };
}

function countCpus({ cpus }: Resources): number {
  return cpus ?? UNSTATED_CPUS;
}

function selectGpus({ gpus }: Machine, model: string | null): number[] {
  const wanted = model?.toLowerCase() ?? '';
  return gpus.filter((gpu) => gpu.model.toLowerCase().includes(wanted)).map(({ index }) => index);
}

function refuseImpossible(machine: Machine, { cpus, memoryBytes, gpus }: Resources): void {
  const refuse = (what: string) => {
    throw new AppError('executor_cannot', `The work requests ${what}. Request less, or use another executor.`);
  };
  if ((cpus ?? 0) > machine.cpus) refuse(`${cpus} CPUs, and this machine has ${machine.cpus}`);
  if ((memoryBytes ?? 0) > machine.memoryBytes) {
    refuse(`${memoryBytes} bytes of memory, and this machine has ${machine.memoryBytes}`);
  }
  const there = selectGpus(machine, gpus.model).length;
  if (gpus.count > there)
    refuse(`${gpus.count} GPUs${gpus.model === null ? '' : ` ${gpus.model}`}, and this machine has ${there}`);
}
