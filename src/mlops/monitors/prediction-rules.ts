import type { Sql } from '../../platform/store/index.ts';
import type { LostQuestion, MonitorRules } from '../predictions/index.ts';
import type { Monitor } from './schema.ts';
import { findMonitorOfModel, findMonitors } from './store.ts';

/** The settings of the stored monitors that the prediction log applies. */
export function createMonitorRules(sql: Sql): MonitorRules {
  return {
    logRule: async (model) => (await findMonitorOfModel(sql, model))?.spec.log ?? null,
    labelWithinDays: async (model) => (await findMonitorOfModel(sql, model))?.spec.labels.withinDays ?? null,
    questionsBefore: async (day) => (await findMonitors(sql)).flatMap((monitor) => findLostQuestions(monitor, day)),
  };
}

function findLostQuestions({ monitor, spec }: Monitor, before: string): LostQuestion[] {
  const lost: LostQuestion[] = [{ monitor, question: `predictions, labels and quality before ${before}` }];
  const reference = spec.drift?.reference;
  if (reference !== undefined && 'start' in reference && reference.start < before) {
    lost.push({
      monitor,
      question: `drift against a reference of predictions from ${reference.start} on, unless its profile is stored`,
    });
  }
  const learned = spec.estimate?.reference;
  if (learned !== undefined && learned.start < before) {
    lost.push({ monitor, question: `estimated quality learned from predictions from ${learned.start} on` });
  }
  return lost;
}
