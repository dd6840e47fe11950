import { type MlflowRoute, readRoute, writeRoute } from '../wire/index.ts';
import type { Assessments } from './assessments.ts';
import { readAssessmentField, readMask } from './mlflow-messages.ts';

/** `traces/{id}/assessments` in MLflow's names. */
export function assessmentRoutes(assessments: Assessments): MlflowRoute[] {
  const one = '/mlflow/traces/:traceId/assessments/:assessmentId';
  return [
    writeRoute('POST', '/mlflow/traces/:traceId/assessments', async ({ fields, params }) => ({
      assessment: await assessments.create(params.traceId ?? '', readAssessmentField(fields)),
    })),
    readRoute(
      'GET',
      one,
      async ({ params }) => ({
        assessment: await assessments.get(params.traceId ?? '', params.assessmentId ?? ''),
      }),
      'object',
    ),
    writeRoute('PATCH', one, async ({ fields, params }) => ({
      assessment: await assessments.update(
        params.traceId ?? '',
        params.assessmentId ?? '',
        readAssessmentField(fields),
        readMask(fields),
      ),
    })),
    writeRoute('DELETE', one, async ({ params }) => {
      await assessments.delete(params.traceId ?? '', params.assessmentId ?? '');
      return undefined;
    }),
  ];
}
