import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const AFTER_MS = 1500;

/**
 * Reading and compiling the program takes a third more memory than running it. Left alone, the engine keeps it until a
 * busy day makes it collect; so it is asked once, shortly after the start.
 */
export function returnMemorySoon(): Disposable {
  const timer = setTimeout(() => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }, AFTER_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
