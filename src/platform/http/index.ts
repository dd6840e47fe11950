export {
  type Access,
  type Identity,
  isAllowed,
  LOCAL,
  localAccess,
  noRecorder,
  type WorkGrant,
  type WriteRecord,
  type WriteRecorder,
} from './access.ts';
export { docsPlugin } from './docs-page.ts';
export type { DeclaredRoute } from './guard.ts';
export { isLoopback, sameOrigin } from './origin.ts';
export { type Download, handle, handleDownload, type Plugin, parseRequest, type Route } from './route.ts';
export { createHttp, listen } from './server.ts';
