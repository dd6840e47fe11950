/** Header of the requests of a load, with the secret of this process. */
export const LOAD_HEADER = 'x-steelyard-demo-load';

/** Routes that bring data of users, in addition to those of scope `mlops.log`. */
const DATA_ROUTES: ReadonlySet<string> = new Set([
  '/api/v1/bill/imports',
  '/api/v1/bill/syncs',
  '/api/v1/evaluations',
  '/api/v1/gpus/holders/imports',
  '/api/v1/gpus/imports',
  '/api/v1/labels',
  '/api/v1/outcome-events',
  '/api/v1/predictions',
  '/api/v1/token-usage',
  '/api/v1/unit-datasets/:dataset/rows',
  '/api/v1/usage-intervals',
  '/api/v1/workload-usage',
]);

/** Whether a request brings data of a user, which must not be mixed with demo data. */
export function bringsData(method: string, route: string | undefined, scope: string | undefined): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return scope === 'mlops.log' || (route !== undefined && DATA_ROUTES.has(route));
}
