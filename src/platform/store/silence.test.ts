import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSilence, probePostgres, type Silence } from './silence.ts';

/** A probe that a test answers. */
function createProbe() {
  const asked: PromiseWithResolvers<void>[] = [];
  const probe = () => {
    const answer = Promise.withResolvers<void>();
    asked.push(answer);
    return answer.promise;
  };
  return { asked, probe };
}
const never = () => new Promise<string>(() => undefined);
const connectTo = (silence: Silence) =>
  silence.guard(
    async () => 'connected',
    () => {},
  );

it('fails all that wait for a connection once a probe fails, and lets them connect once one succeeds', async () => {
  const { asked, probe } = createProbe();
  using silence = createSilence(probe);
  const waiting = silence.guard(never, () => {});
  silence.suspect();
  silence.suspect();
  const duringProbe = connectTo(silence);
  expect(asked).toHaveLength(1);
  asked[0]?.reject(new Error('silent'));
  for (const one of [waiting, duringProbe]) await expect(one).rejects.toThrow('silent');
  await expect(connectTo(silence)).rejects.toThrow('silent');
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.resolve();
  await expect.poll(() => connectTo(silence).catch(() => 'silent')).toBe('connected');
});

it('lets those wait for the probe that ask meanwhile, and delays nobody when it succeeds', async () => {
  const { asked, probe } = createProbe();
  using silence = createSilence(probe);
  silence.suspect();
  const waiting = connectTo(silence);
  asked[0]?.resolve();
  expect(await waiting).toBe('connected');
});

it('releases a connection that comes after its request was refused', async () => {
  const { asked, probe } = createProbe();
  using silence = createSilence(probe);
  const late = Promise.withResolvers<string>();
  const released: string[] = [];
  const waiting = silence.guard(
    () => late.promise,
    (connection) => released.push(connection),
  );
  silence.suspect();
  asked[0]?.reject(new Error('silent'));
  await expect(waiting).rejects.toThrow('silent');
  late.resolve('late');
  await pause(0); // reactions of the promise run
  expect(released).toEqual(['late']);
});

it('takes a refusal for an answer: only a server that says nothing is silent', async () => {
  const server = createServer((socket) => socket.resume().on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const address = `postgres://u@127.0.0.1:${port}/d`;
  await expect(probePostgres(address)).rejects.toMatchObject({ code: 'store_unreachable' });
  await new Promise((resolve) => server.close(resolve));
  await probePostgres(address);
});
