export { findFirstValue, listActiveExperiments, readActivity } from './run-table/activity.ts';
export { hasOnlyRunsOf, type RunTableDeps, runTableRoutes } from './run-table/index.ts';
export { artifactViewRoutes, runViewRoutes } from './views/routes.ts';
