export { openApiDocument } from './openapi.ts';
export { problemOf } from './problem.ts';
export { type Handled, handle, type Plugin, type Route } from './route.ts';
export { createHttp, type HttpDeps, listen } from './server.ts';
