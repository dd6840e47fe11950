export {
  type Access,
  type Identity,
  LOCAL,
  localAccess,
  noRecorder,
  type WriteRecord,
  type WriteRecorder,
} from './access.ts';
export { docsPlugin } from './docs-page.ts';
export type { DeclaredRoute } from './guard.ts';
export { isLoopback, sameOrigin } from './origin.ts';
export { bodyLimitOf, type Download, handle, handleDownload, type Plugin, parseRequest, type Route } from './route.ts';
export { closeHttp, createHttp, listen } from './server.ts';
