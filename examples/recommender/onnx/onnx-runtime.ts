/** The module `onnxruntime-node`, or `null` where this optional dependency is not installed or cannot be loaded. */
export type OnnxRuntime = typeof import('onnxruntime-node');

export async function importOnnxRuntime(): Promise<OnnxRuntime | null> {
  try {
    return await import('onnxruntime-node');
  } catch {
    return null; // An optional dependency: callers report the runtime that they used.
  }
}
