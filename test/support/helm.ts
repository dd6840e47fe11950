import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const CHART = join(import.meta.dirname, '../../deploy/chart');
const KubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
export type KubernetesObject = z.infer<typeof KubernetesObject>;

/** The chart in deploy/chart, by a real helm. */
export interface Chart {
  /** Error: the output of `helm lint`. */
  lint(values: object): void;
  /** The manifests for a release `steelyard` in the namespace `steelyard`. Error: what helm refuses. */
  render(values: object): { readonly text: string; readonly objects: readonly KubernetesObject[] };
}

/** The program from scripts/build-helm.sh, or null where it does not exist. */
export function findHelm(): string | null {
  const program = process.env.TEST_HELM;
  return program !== undefined && existsSync(program) ? program : null;
}

export function openChart(helm: string): Chart {
  const folder = mkdtempSync(join(tmpdir(), 'helm-'));
  const run = (words: readonly string[], values: object) => {
    const file = join(folder, 'values.json');
    writeFileSync(file, JSON.stringify(values));
    return execFileSync(helm, [...words, '--values', file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: folder },
    });
  };
  return {
    lint: (values) => void run(['lint', '--strict', CHART], values),
    render(values) {
      const text = run(
        ['template', 'steelyard', CHART, '--namespace', 'steelyard', '--kube-version', '1.36.0'],
        values,
      );
      const documents = parseAllDocuments(text).map((document) => document.toJS() as unknown);
      return { text, objects: documents.filter((each) => each !== null).map((each) => KubernetesObject.parse(each)) };
    },
  };
}
