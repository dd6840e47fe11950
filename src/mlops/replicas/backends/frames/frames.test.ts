import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NotConnected } from '../exchange.ts';
import { openChannel } from './channel.ts';
import { createFrameReader, type Frame, frameBytes } from './frame.ts';
import { createFrameServer } from './server.ts';

const socketPath = () => join(mkdtempSync(join(tmpdir(), 'frames-')), 'f');
const json = (content: string) => ({ contentType: 'application/json', content });

async function listening(path: string, answer: (frame: Frame) => Promise<string>): Promise<Server> {
  const server = createFrameServer(async (frame) => ({ status: 200, body: json(await answer(frame)) }));
  await once(server.listen(path), 'listening');
  onTestFinished(() => void server.close());
  return server;
}

function channelTo(path: string) {
  const channel = openChannel(path);
  onTestFinished(() => channel.close());
  return channel;
}

describe('frames', () => {
  it('are whole again, however the stream was cut', () => {
    const frame = fc.record({
      id: fc.integer({ min: 1, max: 0xff_ff_ff_ff }),
      status: fc.constantFrom(0, 200, 400),
      content: fc.uint8Array({ maxLength: 40 }),
      jsonBytes: fc.nat(40),
    });
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 30 })), (frames, cuts) => {
        const bytes = Buffer.concat(
          frames.map(({ id, status, content, jsonBytes }) =>
            frameBytes(id, status, {
              headers: jsonBytes === 0 ? {} : { 'inference-header-content-length': String(jsonBytes) },
              content: Buffer.from(content),
            }),
          ),
        );
        const read: Frame[] = [];
        const take = createFrameReader((one) => read.push(one));
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          if (at < bytes.length) take(bytes.subarray(at, at + cut));
          at += cut;
        }
        const seen = read.map(({ id, status, content, headers }) => ({
          ...{ id, status, content: Uint8Array.from(content) },
          jsonBytes: Number(headers['inference-header-content-length'] ?? 0),
        }));
        expect(seen).toEqual(frames);
      }),
    );
  });
});

describe('a channel', () => {
  it('gives each of many its own answer, in whatever order they come', async () => {
    const path = socketPath();
    const asked: (() => void)[] = [];
    await listening(path, async ({ content }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      asked.push(resolve);
      if (asked.length === 50) for (const answer of asked.toReversed()) answer();
      await promise;
      return `answer to ${content}`;
    });
    const channel = channelTo(path);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => channel.ask(json(`${at}`), 30_000)));
    expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual(
      Array.from({ length: 50 }, (_, at) => [200, `answer to ${at}`]),
    );
  });

  it('carries megabytes', async () => {
    const path = socketPath();
    await listening(path, async ({ content }) => content.toString());
    const long = 'é'.repeat(4_000_000);
    const { body } = await channelTo(path).ask(json(long), 60_000);
    expect(body.equals(Buffer.from(long))).toBe(true);
  });

  it('says that nobody took the connection, and connects when somebody does', async () => {
    const path = socketPath();
    const channel = channelTo(path);
    await expect(channel.ask(json('a'), 1000)).rejects.toBeInstanceOf(NotConnected);
    await listening(path, async () => 'here');
    expect((await channel.ask(json('a'), 30_000)).body.toString()).toBe('here');
  });

  it('fails those who wait for one that goes away, and for one that takes too long', async () => {
    const path = socketPath();
    const sockets: { destroy(): void }[] = [];
    const asked = Promise.withResolvers<void>();
    const server = await listening(path, ({ content }) => {
      if (`${content}` === 'second') asked.resolve();
      return Promise.withResolvers<string>().promise;
    });
    server.on('connection', (socket) => sockets.push(socket));
    const channel = channelTo(path);
    await expect(channel.ask(json('first'), 20)).rejects.toMatchObject({ kind: 'timeout' });
    const second = channel.ask(json('second'), 60_000);
    second.catch(() => undefined);
    await asked.promise;
    for (const socket of sockets) socket.destroy();
    await expect(second).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
