import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { parseScrape } from '../gpu-telemetry/sources/exporter.testing.ts';
import { buildContainerHours } from './hours-of.ts';
import { buildNodeHours } from './nodes-of.ts';
import type { QueryName } from './queries.ts';

const HOUR = Date.parse('2026-11-02T10:00:00Z');
const STEP = 120_000;
const FIRST = HOUR + STEP;
const END = HOUR + HOUR_MS;
const TARGET = { job: 'ksm', namespace: 'monitoring', pod: 'ksm-x', container: 'ksm' };

type Lines = Partial<Record<QueryName, string>>;

/**
 * Rows for these answers: readings at an instant, the other answers at the end of the hour. `target`: target labels that
 * Prometheus adds.
 */
function read(lines: Lines, { at = FIRST, target = {} }: { at?: number; target?: Record<string, string> } = {}) {
  const answers = new Map(
    Object.entries(lines).map(([name, text]) => {
      const instant = name === 'cpu' || name === 'memory' ? at : END;
      return [name as QueryName, parseScrape(text, instant, target)] as const;
    }),
  );
  return { ...buildContainerHours(answers, { source: 'gs_a', stepMs: STEP }), nodes: buildNodeHours(answers, 'gs_a') };
}

const of = (pod: string, container: string, more = '') =>
  `namespace="shop",pod="${pod}",container="${container}"${more}`;

describe('containers', () => {
  it('are counted without the sums of cAdvisor over pods, the pause container, parts by core, and what has no name of Kubernetes', () => {
    const cpu = [
      `x{${of('api-1', 'api', ',id="/kubepods/a/1"')}} 0.25`,
      `x{${of('api-1', '', ',id="/kubepods/a"')}} 0.5`,
      `x{${of('api-1', 'POD', ',id="/kubepods/a/0"')}} 0.01`,
      'x{id="/"} 3',
      `x{${of('api-1; reboot', 'api')}} 1`,
      `x{${of('--all', 'api')}} 1`,
      `x{${of('a'.repeat(300), 'api')}} 1`,
      'x{id="/system.slice/kubelet.service"} 1',
      `x{${of('api-1', 'sidecar', ',id="/kubepods/a/2",cpu="total"')}} 0.25`,
      `x{${of('api-1', 'sidecar', ',id="/kubepods/a/2",cpu="cpu00"')}} 0.125`,
    ].join('\n');
    expect(read({ cpu }).rows.map(({ container, cpus }) => [container, cpus])).toEqual([
      ['api', [0.25]],
      ['sidecar', [0.25]],
    ]);
  });

  it.each([
    ['that were scraped twice count once', 'id="/a/1",job="a"', 'id="/a/1",job="b"', [0.25], 900],
    ['that were begun anew within a step are added up, their memory is not', 'id="/a/1"', 'id="/a/2"', [0.5], 900],
  ])('%s', (_, one, other, cpus, memoryMaxBytes) => {
    const both = (name: string, value: number, second = value) =>
      `${name}{${of('api-1', 'api', `,${one}`)}} ${value}\n${name}{${of('api-1', 'api', `,${other}`)}} ${second}`;
    expect(read({ cpu: both('x', 0.25), memory: both('x', 900, 300) }).rows).toMatchObject([{ cpus, memoryMaxBytes }]);
  });

  it('are those of exported labels where Prometheus has labels of its own', () => {
    const lines = {
      cpu: `x{${of('api-1', 'api')}} 0.25\nx{namespace="shop",pod="api-1",container=""} 0.5\nx{id="/"} 4`,
      requests: `x{${of('api-1', 'api', ',resource="cpu",unit="core"')}} 2\nx{${of('api-1', 'api', ',resource="memory"')}} 1000`,
      pods: 'x{namespace="shop",pod="api-1",node="n1",created_by_kind="ReplicaSet",created_by_name="api-7d9f"} 1',
      replicaSets: 'x{namespace="shop",replicaset="api-7d9f",owner_kind="Deployment",owner_name="api"} 1',
    };
    const expected = [
      {
        namespace: 'shop',
        pod: 'api-1',
        container: 'api',
        cpus: [0.25],
        cpuRequest: 2,
        memoryRequestBytes: 1000,
        node: 'n1',
      },
    ];
    for (const target of [{}, TARGET]) {
      const { rows } = read(lines, { target });
      expect(rows).toMatchObject(expected);
      expect(rows).toMatchObject([{ workloadKind: 'Deployment', workload: 'api', runsAtEnd: false }]);
    }
  });

  it.each([
    ['of a CronJob', 'Job', 'train-28', 'CronJob', 'train'],
    ['of a Job that nobody owns', 'Job', 'once', 'Job', 'once'],
    ['of a StatefulSet', 'StatefulSet', 'db', 'StatefulSet', 'db'],
    ['that nobody owns', '<none>', '<none>', 'Pod', 'p-1'],
  ])('%s are of that workload', (_, kind, name, workloadKind, workload) => {
    const { rows } = read({
      cpu: `x{${of('p-1', 'main')}} 1`,
      pods: `x{namespace="shop",pod="p-1",created_by_kind="${kind}",created_by_name="${name}"} 1`,
      jobs:
        'x{namespace="shop",job_name="train-28",owner_kind="CronJob",owner_name="train"} 1\n' +
        'x{namespace="shop",job_name="once",owner_kind="<none>",owner_name="<none>"} 1',
      autoscalers: 'x{namespace="shop",scaletargetref_kind="StatefulSet",scaletargetref_name="db"} 1',
    });
    expect(rows).toMatchObject([{ workloadKind, workload, isAutoscaled: workload === 'db' }]);
  });

  it('of which nothing was read but that they run are there, without a reading: missing is not zero', () => {
    const { rows, readings } = read({
      running: `x{${of('api-1', 'api')}} 1`,
      requests: `x{${of('api-1', 'api', ',resource="cpu"')}} 1\nx{${of('gone-1', 'api', ',resource="cpu"')}} 8`,
    });
    expect(readings).toBe(0);
    expect(rows).toMatchObject([
      { pod: 'api-1', cpus: [], memoryMaxBytes: null, cpuRequest: 1, memoryRequestBytes: null, runsAtEnd: true },
    ]);
  });

  it.each([
    ['nvidia_com_mig_1g_10gb', 1, true],
    ['amd_com_gpu', 1, true],
    ['nvidia_com_gpu', 1, false],
    ['nvidia_com_mig_1g_10gb', 0, false],
  ])('that ask for %s x %i have other devices: %s', (resource, count, hasOtherDevices) => {
    const requests = `x{${of('a', 'b', `,resource="${resource}"`)}} ${count}\nx{${of('a', 'b', ',resource="cpu"')}} 1`;
    expect(read({ cpu: `x{${of('a', 'b')}} 1`, requests }).rows).toMatchObject([{ hasOtherDevices, cpuRequest: 1 }]);
  });

  it('belong with the reading at the end of an hour to that hour', () => {
    expect(read({ cpu: `x{${of('a', 'b')}} 1` }, { at: END }).rows).toMatchObject([{ hourMs: HOUR, lastMs: END }]);
  });

  it('have no reading that cannot be one, and it is said', () => {
    const cpu = ['NaN', '+Inf', '-1', '20000'].map((value, index) => `x{${of(`p-${index}`, 'm')}} ${value}`).join('\n');
    const { rows, leftOut } = read({ cpu });
    expect(rows).toEqual([]);
    expect(leftOut.map(({ reason, readings }) => [reason, readings])).toEqual([
      ['no value: NaN or infinite', 2],
      ['below zero', 1],
      ['more than there can be', 1],
    ]);
  });
});

describe('nodes', () => {
  it('have what is left for pods, and what they are as far as it is told', () => {
    const { nodes } = read(
      {
        nodes: ['cpu 7.91', 'memory 30000', 'nvidia_com_gpu 1']
          .map((one) => `x{node="n1",resource="${one.split(' ')[0]}"} ${one.split(' ')[1]}`)
          .join('\n'),
        nodeLabels:
          'x{node="n1",label_node_kubernetes_io_instance_type="g5.2xlarge",label_topology_kubernetes_io_region="us-east-1"} 1',
        unschedulable: 'x{node="n2"} 1',
      },
      { target: { job: 'ksm', node: 'where-ksm-runs' } },
    );
    expect(nodes).toEqual([
      {
        ...{ hourMs: HOUR, source: 'gs_a', node: 'n1', cpus: 7.91, memoryBytes: 30_000, gpus: 1, pods: null },
        ...{ instanceType: 'g5.2xlarge', region: 'us-east-1', gpuModel: null, isSchedulable: true },
      },
    ]);
  });
});
