export { type RunTableDeps, runTableRoutes } from './run-table/index.ts';
export { artifactViewRoutes, runViewRoutes } from './views/routes.ts';
