import type { Work } from '../compute/index.ts';
import { POD_INDEX } from './objects.ts';

/** Variable of a container. */
interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

/** The default of PyTorch. */
const PORT = '29500';

/** Name under which the pods of work on several nodes reach its node 0, by the DNS of the cluster. */
export const buildMainAddress = (id: string): string => `${id}-0.${id}`;

/**
 * Variables with which the nodes of distributed training find each other: those of `torch.distributed` with one process for each node
 * (`RANK`, `WORLD_SIZE`), and the arguments of `torchrun`, which reads them from `PET_…` and sets the former for its own
 * processes. A variable that the work declares replaces the one from here. Empty for work on one node.
 */
export function buildRendezvous({
  id,
  resources,
  environment,
}: Pick<Work, 'id' | 'resources' | 'environment'>): Variable[] {
  const { nodes = 1, gpus } = resources;
  if (nodes === 1) return [];
  const index = { valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${POD_INDEX}']` } } };
  const address = buildMainAddress(id);
  const all: Variable[] = [
    { name: 'MASTER_ADDR', value: address },
    { name: 'MASTER_PORT', value: PORT },
    { name: 'WORLD_SIZE', value: String(nodes) },
    { name: 'RANK', ...index },
    { name: 'NODE_RANK', ...index },
    { name: 'PET_NNODES', value: String(nodes) },
    { name: 'PET_NODE_RANK', ...index },
    ...(gpus.count === 0 ? [] : [{ name: 'PET_NPROC_PER_NODE', value: String(gpus.count) }]),
    { name: 'PET_MASTER_ADDR', value: address },
    { name: 'PET_MASTER_PORT', value: PORT },
    { name: 'PET_RDZV_ID', value: id },
    { name: 'PET_RDZV_ENDPOINT', value: `${address}:${PORT}` },
  ];
  return all.filter(({ name }) => !Object.hasOwn(environment, name));
}
