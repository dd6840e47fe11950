import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Dockerd } from './dockerd.ts';
import { freePort } from './free-port.ts';
import { findPostgres } from './postgres.ts';
import { BUILD_ARGUMENTS, copyContext, importBase } from './server-image.ts';
import { importHaproxy, importPostgres, importSeaweedfs } from './stand-in-images.ts';

/** A checkout with the passwords of deploy/.env, as docs/runbook.md says, and Docker Compose on an engine of the tests. */
export interface ComposeCheckout extends Disposable {
  /** The only published port, on 127.0.0.1. */
  readonly url: string;
  /** `docker compose -f deploy/FILE WORDS`. Returns its standard output. Error: both outputs. */
  run(file: ComposeFile, ...words: string[]): Promise<string>;
}

/** With the services that are built from deploy/Dockerfile. */
const BUILT = {
  'compose.yaml': ['server'],
  'compose.servers.yaml': ['server-a', 'server-b', 'gateway-a'],
} as const;
export type ComposeFile = keyof typeof BUILT;

const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy');
const HAPROXY = '/usr/sbin/haproxy';
const Images = z.object({ services: z.record(z.string(), z.object({ image: z.string() })) });

export interface ComposePrograms {
  readonly compose: string;
  readonly weed: string;
  readonly postgres: string;
  readonly haproxy: string;
}

/** Docker Compose from scripts/build-compose.sh, and the programs of the stand-in images; null where one does not exist. */
export function findComposePrograms(): ComposePrograms | null {
  const { TEST_COMPOSE: compose = '', TEST_WEED: weed = '' } = process.env;
  const postgres = findPostgres();
  if (postgres === null || ![compose, weed, HAPROXY].every((program) => existsSync(program))) return null;
  return { compose, weed, postgres, haproxy: HAPROXY };
}

/** Disposing removes the files; containers and volumes end with the engine. */
export async function openComposeCheckout(engine: Dockerd, programs: ComposePrograms): Promise<ComposeCheckout> {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  const port = await freePort();
  copyContext(folder);
  for (const name of ['compose.yaml', 'compose.servers.yaml', 'haproxy.cfg'])
    cpSync(join(DEPLOY, name), join(folder, 'deploy', name));
  const settings = readFileSync(join(DEPLOY, 'env.example'), 'utf8').replaceAll(
    /_(?:PASSWORD|KEY)=$/gm,
    '$&ofThisTest',
  );
  writeFileSync(join(folder, 'deploy', '.env'), `${settings}SERVER_PORT=${port}\n`);
  for (const [file, services] of Object.entries(BUILT)) writeArguments(join(folder, `arguments.${file}`), services);
  mkdirSync(join(folder, 'home'));
  const env = { PATH: process.env.PATH, HOME: join(folder, 'home'), DOCKER_HOST: engine.address };
  const run = async (file: ComposeFile, ...words: string[]) => {
    const files = ['--file', `deploy/${file}`, '--file', `arguments.${file}`];
    try {
      return (await promisify(execFile)(programs.compose, [...files, ...words], { cwd: folder, env })).stdout;
    } catch (error) {
      const { stdout, stderr } = z.object({ stdout: z.string(), stderr: z.string() }).parse(error);
      throw new Error(`docker compose ${words.join(' ')} failed: ${stdout}${stderr}`, { cause: error });
    }
  };
  const { services } = Images.parse(JSON.parse(await run('compose.servers.yaml', 'config', '--format', 'json')));
  const imageOf = (service: string) => services[service]?.image ?? '';
  await importBase(engine.api);
  await importPostgres(engine.api, imageOf('postgres'), programs.postgres);
  await importSeaweedfs(engine.api, imageOf('s3'), programs.weed);
  await importHaproxy(engine.api, imageOf('balancer'), programs.haproxy);
  return {
    url: `http://localhost:${port}`,
    run,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A further file of Docker Compose: arguments for a build that reaches no registry of images. */
function writeArguments(file: string, services: readonly string[]): void {
  const build = { network: 'host', args: BUILD_ARGUMENTS };
  const added = services.map((service) => [service, { build }]);
  writeFileSync(file, JSON.stringify({ services: Object.fromEntries(added) }));
}
