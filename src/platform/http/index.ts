export {
  type Access,
  type Identity,
  isAllowed,
  LOCAL,
  localAccess,
  NOBODY,
  noRecorder,
  type WorkGrant,
  type WriteRecord,
  type WriteRecorder,
} from './access.ts';
export { docsPlugin } from './docs-page.ts';
export { type ContentEncoding, pickEncoding } from './encoding.ts';
export type { DeclaredRoute } from './guard.ts';
export { isLoopback, sameOrigin } from './origin.ts';
export { bodyLimitOf, type Download, handle, handleDownload, type Plugin, parseRequest, type Route } from './route.ts';
export { closeHttp, createHttp, listen } from './server.ts';
