import { createRequire } from 'node:module';

/** Whether the package `onnxruntime-node` is installed, which the backend "onnx" needs. It is an optional peer, because it is as large as all other packages. */
export function isOnnxRuntimeInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}
