import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A GPU of a machine, as `nvidia-smi` names it. */
export interface Gpu {
  readonly index: number;
  /** For example "NVIDIA A10G". */
  readonly model: string;
}

const ASK_MS = 10_000;

/** GPUs of this machine; empty without `nvidia-smi`, or if it lists none. */
export async function listMachineGpus(): Promise<Gpu[]> {
  try {
    const words = ['--query-gpu=index,name', '--format=csv,noheader'];
    const { stdout } = await promisify(execFile)('nvidia-smi', words, { timeout: ASK_MS });
    return parseGpuListing(stdout);
  } catch {
    return [];
  }
}

/** Parses lines such as `0, NVIDIA A10G`. */
export function parseGpuListing(listing: string): Gpu[] {
  return listing.split('\n').flatMap((line) => {
    const [, index, model] = /^\s*(\d+)\s*,\s*(.+?)\s*$/.exec(line) ?? [];
    return index === undefined || model === undefined ? [] : [{ index: Number(index), model }];
  });
}
