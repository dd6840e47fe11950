import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import { exportOnnx } from '../../onnx/export-onnx.ts';
import { listLikes } from '../../production/audience.ts';
import { generateRatings } from '../../ratings/generate.ts';
import { splitByTime } from '../../ratings/split.ts';
import { trainModels } from '../../training/train-models.ts';
import { defaultVariants } from '../../training/variants.ts';
import { CAMPAIGN, packAudiences } from './recorded-audience.ts';
import { readRecordedCandidates } from './recorded-candidates.ts';
import { listTopItems, SERVED, SERVED_FILE } from './recorded-model.ts';

/**
 * Trains the served model of the recorded candidates again and writes its weights, and what its visitors like:
 * `node …/write-served.ts`. The same seed gives the same model.
 */
const { seed, lists } = readRecordedCandidates(join(import.meta.dirname, 'candidates.json.gz'));
const ratings = generateRatings({ seed });
const variants = defaultVariants(seed).filter(({ name }) => name === SERVED);
const [trained] = await trainModels(splitByTime(ratings), { variants, workerCount: 0 });
if (trained === undefined) throw new Error(`${SERVED} was not trained`);
if (!isDeepStrictEqual(listTopItems(trained.model), lists[SERVED]))
  throw new Error(`${SERVED} ranks other items than the recorded one: run write-recorded.ts first`);
write(SERVED_FILE, gzipSync(exportOnnx(trained.model), { level: 9 }));
const season = { name: CAMPAIGN.name, share: CAMPAIGN.share };
write('audience.json.gz', packAudiences(listLikes(ratings), listLikes(generateRatings({ seed, season }))));

function write(name: string, content: Uint8Array): void {
  writeFileSync(join(import.meta.dirname, name), content);
  console.log(`${name}: ${content.byteLength} bytes`);
}
