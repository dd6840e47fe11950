import { HOUR_MS } from '../../platform/units/durations.ts';
import type { Within } from './use-sql.ts';

/** Pods that run on every node, or that a node itself runs: they are gone with it. */
const WITH_THE_NODE = `('DaemonSet', 'Node')`;

/** Nodes by hour, with their type and capacity. */
export function buildNodesSelect(nodes: string, { start, end }: Within): string {
  return `SELECT "source", "hourMs"::DOUBLE AS "hourMs", "node", "cpus", "memoryBytes", coalesce("gpus", 0) AS gpus, "pods", "instanceType", "region", "isSchedulable"
    FROM ${nodes} WHERE "hourMs" >= ${start} AND "hourMs" < ${end} AND "cpus" IS NOT NULL AND "memoryBytes" IS NOT NULL ORDER BY ALL`;
}

/** Pods that ran at the end of the last hour, with the requests of their containers. */
export function buildPodsSelect(hours: string, { end }: Within): string {
  return `SELECT "source", "node", "namespace" || '/' || "pod" AS pod, "namespace" || '/' || any_value("workloadKind") || '/' || any_value("workload") AS workload,
      any_value("workloadKind") IN ${WITH_THE_NODE} AS "isWithNode", any_value("workloadKind") = 'Pod' OR bool_or("hasOtherDevices") AS "isFixed", ${SUMS}, string_agg(DISTINCT "container", ' ' ORDER BY "container") AS containers
    FROM ${hours} WHERE "hourMs" = ${end - HOUR_MS} AND "runsAtEnd" AND "node" IS NOT NULL GROUP BY "source", "node", "namespace", "pod" ORDER BY ALL`;
}

const SUMS = `sum(coalesce("cpuRequest", 0))::DOUBLE AS cpus, sum(coalesce("memoryRequestBytes", 0))::DOUBLE AS "memoryBytes",
    sum(coalesce("gpuRequest", 0))::DOUBLE AS gpus`;

/** By node and hour: requests of pods that can move, at the end of the hour. */
export function buildRequestedSelect(hours: string, { start, end }: Within): string {
  return `SELECT "source", "node", "hourMs"::DOUBLE AS "hourMs", ${SUMS}
    FROM ${hours} WHERE "hourMs" >= ${start} AND "hourMs" < ${end} AND "runsAtEnd" AND "node" IS NOT NULL AND "workloadKind" NOT IN ${WITH_THE_NODE}
    GROUP BY "source", "node", "hourMs"`;
}
