import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { buildDoesNotExist, buildInvalidParameter } from '../wire/index.ts';
import { type Assessment, parseAssessmentRow, readAssessmentType, toAssessmentRow } from './assessment.ts';
import type { NewAssessmentId } from './assessment-ids.ts';
import { findAssessment, removeAssessment, saveAssessments, setValid } from './assessment-store.ts';
import type { AssessmentRow } from './tables.ts';
import { requireRow } from './traces.ts';

export type Assessments = ReturnType<typeof createAssessments>;

export interface AssessmentsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly newAssessmentId: NewAssessmentId;
}

/** Feedback, expectations and issues of traces. */
export function createAssessments({ store, clock, newAssessmentId }: AssessmentsDeps) {
  const now = () => new Date(clock.now()).toISOString();
  return {
    async create(traceId: string, given: Assessment): Promise<Assessment> {
      readAssessmentType(given);
      const times = { create_time: given.create_time ?? now(), last_update_time: given.last_update_time ?? now() };
      const row = toAssessmentRow({ ...given, ...times, valid: true }, { assessmentId: newAssessmentId(), traceId });
      return store.transaction(async (sql) => {
        await requireRow(sql, traceId);
        if (given.overrides !== undefined && given.overrides !== '') {
          if (!(await setValid(sql, traceId, given.overrides, false)))
            throw assessmentNotFound(traceId, given.overrides);
        }
        await saveAssessments(sql, [row]);
        return parseAssessmentRow(row);
      });
    },
    get: async (traceId: string, assessmentId: string): Promise<Assessment> =>
      parseAssessmentRow(await requireAssessment(store, traceId, assessmentId)),
    /** Changes the fields that the mask names; metadata is merged. */
    async update(
      traceId: string,
      assessmentId: string,
      given: Assessment,
      mask: readonly string[],
    ): Promise<Assessment> {
      return store.transaction(async (sql) => {
        const row = await requireAssessment(sql, traceId, assessmentId);
        const changed = { ...applyMask(parseAssessmentRow(row), given, mask), last_update_time: now() };
        const next = toAssessmentRow(changed, { assessmentId, traceId });
        await saveAssessments(sql, [next]);
        return parseAssessmentRow(next);
      });
    },
    /** Removes it; the assessment that it overrode is valid again. A missing assessment is no error, as in MLflow. */
    async delete(traceId: string, assessmentId: string): Promise<void> {
      await store.transaction(async (sql) => {
        await requireRow(sql, traceId);
        const row = await findAssessment(sql, traceId, assessmentId);
        if (row === undefined) return;
        const { overrides } = parseAssessmentRow(row);
        await removeAssessment(sql, assessmentId);
        if (overrides !== undefined) await setValid(sql, traceId, overrides, true);
      });
    },
  };
}

function applyMask(before: Assessment, given: Assessment, mask: readonly string[]): Assessment {
  const changed = { ...before };
  for (const path of mask) {
    if (path === 'assessment_name') changed.assessment_name = given.assessment_name;
    else if (path === 'rationale') changed.rationale = given.rationale;
    else if (path === 'metadata') changed.metadata = { ...before.metadata, ...given.metadata };
    else if (path === 'valid') changed.valid = given.valid;
    else if (path === 'feedback') changed.feedback = replaceValue(before, given, 'feedback');
    else if (path === 'expectation') changed.expectation = replaceValue(before, given, 'expectation');
    else throw buildInvalidParameter(`The update mask names '${path}', which is not a field that can be changed.`);
  }
  return changed;
}

function replaceValue<Type extends 'feedback' | 'expectation'>(before: Assessment, given: Assessment, type: Type) {
  if (before[type] === undefined) {
    const other = type === 'feedback' ? 'an Expectation' : 'a Feedback';
    throw buildInvalidParameter(`Cannot update ${type} value on ${other} assessment.`);
  }
  return given[type];
}

async function requireAssessment(sql: Sql, traceId: string, assessmentId: string): Promise<AssessmentRow> {
  const row = await findAssessment(sql, traceId, assessmentId);
  if (row === undefined) throw assessmentNotFound(traceId, assessmentId);
  return row;
}

function assessmentNotFound(traceId: string, assessmentId: string): Error {
  return buildDoesNotExist(`Assessment with ID '${assessmentId}' not found for trace '${traceId}'`);
}
