import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const program = join(import.meta.dirname, 'load-program.ts');

/** A load from a separate process; `stop` returns its number of answers, by answer. */
export function startLoad(url: string, connections = 8) {
  const child = spawn(process.execPath, [program, url, String(connections)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const all = text(child.stdout);
  return {
    begun: once(child.stderr, 'data'),
    async stop(): Promise<Record<string, number>> {
      child.kill('SIGTERM');
      return JSON.parse(await all);
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}
