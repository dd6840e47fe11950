import { join } from 'node:path';

/** Folder of one node of work, with its `output.log`: for node 0 the folder of the work. Example: `work-1`, 2 -> `work-1/nodes/2`. */
export function findNodeFolder(folder: string, node: number): string {
  return node === 0 ? folder : join(folder, 'nodes', String(node));
}
