import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { RecommenderModel } from '../../training/recommender-model.ts';
import { scoreUser, topItems } from '../../training/score.ts';

/** The model that the gate promotes last: its weights are recorded, so that an endpoint can serve it. */
export const SERVED = 'mf-64';
export const SERVED_FILE = `${SERVED}.onnx.gz`;
const LIST_LENGTH = 10;

/** The ONNX file of {@link SERVED}. */
export function readServedModel(folder: string): Uint8Array {
  return gunzipSync(readFileSync(join(folder, SERVED_FILE)));
}

/** The ten best items of each user, by user index. */
export function listTopItems(model: RecommenderModel): number[][] {
  const scores = new Float64Array(model.itemCount);
  return Array.from({ length: model.userCount }, (_, user) => {
    scoreUser(model, user, scores);
    return [...topItems(scores, LIST_LENGTH)];
  });
}
