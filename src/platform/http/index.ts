export { docsPlugin } from './docs-page.ts';
export { type Download, handle, handleDownload, type Plugin, type Route } from './route.ts';
export { createHttp, listen } from './server.ts';
