export { docsPlugin } from './docs-page.ts';
export { problemOf } from './problem.ts';
export { type Download, type Handled, handle, handleDownload, type Plugin, type Route } from './route.ts';
export { createHttp, type HttpDeps, listen } from './server.ts';
