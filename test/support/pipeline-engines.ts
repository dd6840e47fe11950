import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ConfigName } from '../../src/platform/config/schema.ts';
import { startDockerd } from './dockerd.ts';
import { startKubernetes } from './kubernetes.ts';
import { NAMESPACE, RBAC, serviceAccountConfig } from './kubernetes-bench.ts';

export type Kind = 'process' | 'docker' | 'kubernetes';

/** A real engine, its settings for a server, and its own records of the work of pipelines. */
export interface Engine extends AsyncDisposable {
  readonly kind: Kind;
  /** Part of a pipeline's spec that runs its steps on the engine. */
  readonly spec: string;
  /** `port`: where this machine takes connections of the engine's work. */
  settings(port: number): Partial<Record<ConfigName, unknown>>;
  /** Names of the work that the engine still holds. */
  held(): Promise<string[]>;
  /** Other objects that it still holds for requests of a server that was killed. */
  asked(): Promise<string[]>;
  /** Shell code at the start of a step, where only the step itself can record its start; otherwise empty. */
  readonly note: string;
  /** Takes the engine away, as a crash does, and brings it back; null where there is no engine that could crash. */
  readonly absence: { begin(): Promise<void>; end(): Promise<void> } | null;
  /** By the engine's own record: the piece of work of each start of a command. */
  starts(): Promise<string[]>;
}

/** Processes keep no record, so each one records its own start. */
export async function processEngine(): Promise<Engine> {
  const ledger = join(mkdtempSync(join(tmpdir(), 'ledger-')), 'ledger.txt');
  appendFileSync(ledger, '');
  // Others may run work on this machine.
  const mark = `OF_TEST=${randomUUID()}`;
  return {
    kind: 'process',
    spec: `engine: process\n  env: {${mark.replace('=', ': ')}}`,
    settings: () => ({}),
    held: async () => executions(mark),
    asked: async () => [],
    note: `echo "$STEELYARD_EXECUTION" >> ${ledger};`,
    absence: null,
    starts: async () => readFileSync(ledger, 'utf8').split('\n').filter(Boolean),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Work of which some process of this machine lives, and that has this in its environment. */
function executions(mark: string): string[] {
  const ids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => environmentOf(pid))
    .filter((environment) => environment.includes(mark))
    .flatMap((environment) => EXECUTION.exec(environment)?.[1] ?? []);
  return [...new Set(ids)];
}

const EXECUTION = /(?:^|\0)STEELYARD_EXECUTION=([^\0]*)/;

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return ''; // the process has ended
  }
}

export interface ContainerEngine extends Engine {
  /** Resolves when the container of work has ended: with when that was, Unix milliseconds by the engine's clock. */
  endOf(work: string): Promise<number>;
}

/** Docker keeps only the last 256 events, so they are recorded as they arrive. */
export async function dockerEngine(): Promise<ContainerEngine> {
  const dockerd = await startDockerd({ options: ['--live-restore'] });
  const { address, image, containers, api } = dockerd;
  const started: string[] = [];
  const events = await api.getEvents({ filters: { type: ['container'], event: ['start'] } });
  events.on('error', () => undefined); // it ends with the engine
  events.setEncoding('utf8').on('data', (text: string) => {
    for (const [, work = ''] of text.matchAll(/"steelyard\.work":"([^"]+)"/g)) started.push(work);
  });
  return {
    kind: 'docker',
    spec: `engine: docker\n  image: ${image}`,
    settings: () => ({ docker: address, dockerNetwork: 'none' }),
    held: containers,
    asked: async () => [],
    note: '',
    absence: { begin: dockerd.kill, end: dockerd.start },
    starts: async () => started,
    async endOf(work) {
      const container = api.getContainer(`steelyard-${work}`);
      await container.wait();
      return Date.parse((await container.inspect()).State.FinishedAt);
    },
    async [Symbol.asyncDispose]() {
      if ('destroy' in events && typeof events.destroy === 'function') events.destroy();
      await dockerd[Symbol.asyncDispose]();
    },
  };
}

const Events = z.object({
  items: z.array(z.object({ involvedObject: z.object({ name: z.string(), fieldPath: z.string().default('') }) })),
});

export async function kubernetesEngine(bin: string): Promise<Engine> {
  const cluster = await startKubernetes(bin);
  cluster.apply(readFileSync(RBAC, 'utf8'));
  const image = cluster.node.image.name;
  const kubernetes = serviceAccountConfig(cluster);
  const kubectl = (...words: string[]) => cluster.kubectl('--namespace', NAMESPACE, ...words);
  const jobs = (component: string) =>
    kubectl('get', 'jobs', '-l', `app.kubernetes.io/component${component}`, '-o', 'name')
      .split('\n')
      .filter((name) => name !== '');
  return {
    kind: 'kubernetes',
    spec: `engine: kubernetes\n  image: ${JSON.stringify(image)}`,
    settings: (port) => ({
      kubernetes,
      kubernetesNamespace: NAMESPACE,
      kubernetesAgentImage: image,
      publicUrl: `http://${cluster.address}:${port}`,
    }),
    held: async () => jobs('!=image'),
    asked: async () => jobs('=image'),
    note: '',
    absence: { begin: cluster.stopApiserver, end: cluster.startApiserver },
    async starts() {
      const said = kubectl('get', 'events', '--field-selector', 'reason=Started', '-o', 'json');
      // The name of a pod is that of its Job with five letters.
      return Events.parse(JSON.parse(said)).items.flatMap(({ involvedObject: { name, fieldPath } }) =>
        fieldPath === 'spec.containers{main}' ? [name.replace(/-[a-z0-9]{5}$/, '')] : [],
      );
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
