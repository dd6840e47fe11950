import type { Monitoring } from '../../mlops/monitoring/index.ts';
import { findMonitorOfModel, listScores } from '../../mlops/monitors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { LiveScores, ReadLiveScores } from '../optimizations/index.ts';
import { isLowerBetter } from '../value/index.ts';

/** Scores of the arms of an optimization, from the prediction log and the labels, as the monitor of the model measures them. */
export function createLiveScores(store: Sql, liveScores: Monitoring['liveScores']): ReadLiveScores {
  return async ({ endpoint, metric, compare, baseline, candidate, start, end }) => {
    const better = isLowerBetter(metric) ? 'lower' : 'higher';
    if (Date.parse(end) <= Date.parse(start)) return toUnknown(better, 'No prediction is old enough for its label.');
    const monitor = await findMonitorOfModel(store, baseline.model);
    if (monitor === null) return toUnknown(better, `Model "${baseline.model}" has no Monitor: apply one with quality.`);
    const found = await liveScores({
      ...{ monitor: monitor.spec, metric, endpoint, start, end, design: compare },
      arms: { baseline, candidate },
    });
    if (found.design === 'none') return toUnknown(better, found.reason);
    const completeness = {
      baseline: found.arms.baseline.completeness,
      candidate: found.arms.candidate.completeness,
    };
    const scores = monitor.spec.quality === undefined ? [] : listScores(monitor.spec.quality);
    const isBounded = better === 'higher' && scores.some((score) => score.metric === metric);
    const common = { better, completeness, range: isBounded ? 1 : null, reason: null } as const;
    if (found.design === 'pairs') return { ...common, outcomes: { design: 'pairs', clusters: found.clusters } };
    const side = (arm: 'baseline' | 'candidate') => found.clusters.filter((cluster) => cluster.arm === arm);
    return { ...common, outcomes: { design: 'arms', baseline: side('baseline'), candidate: side('candidate') } };
  };
}

function toUnknown(better: LiveScores['better'], reason: string): LiveScores {
  const none = { baseline: null, candidate: null };
  return { outcomes: { design: 'pairs', clusters: [] }, better, range: null, completeness: none, reason };
}
