import { createServer, type Server } from 'node:net';
import type { Body } from '../../../inference/index.ts';
import { createFrameReader, type Frame, frameBytes } from './frame.ts';
import { writeTogether } from './write-together.ts';

/** Answers frames in the order in which their answers are ready. `answer` never rejects. */
export function createFrameServer(
  answer: (frame: Frame) => Promise<{ readonly status: number; readonly body: Body }>,
): Server {
  return createServer((socket) => {
    const write = writeTogether(socket);
    const read = createFrameReader((frame) => {
      void answer(frame).then(({ status, body }) => write(frameBytes(frame.id, status, body)));
    });
    socket.on('data', read);
    // The client is gone, so its answers are not needed.
    socket.on('error', () => socket.destroy());
  });
}
