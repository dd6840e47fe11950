import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { lockOnPostgres } from './exclusive.ts';

it('a lock fails when PostgreSQL accepts connections and does not respond', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const lock = lockOnPostgres(`postgresql://steelyard@127.0.0.1:${port}/steelyard`, 200, (cause) => {
    throw new Error('unreachable', { cause });
  });
  await expect(lock('billing')).rejects.toThrow('unreachable');
});
