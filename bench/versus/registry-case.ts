import { z } from 'zod';
import { overConnections } from './search-case.ts';
import { get, measureCall, post, type Session } from './session.ts';

const Found = z.object({ model_versions: z.array(z.object({ version: z.string() })).default([]) });
const MODEL = 'recommender';

/** A model with thousands of versions, of which a tag finds one in twenty. */
export async function versionsCase(session: Session): Promise<void> {
  const { versions } = session.sizes;
  await post(session, 'registered-models/create', { name: MODEL });
  await overConnections(versions, async (number, connection) => {
    const tags = [{ key: 'shard', value: `shard-${number % 20}` }];
    const source = `s3://models/${MODEL}/${number}`;
    await post(session, 'model-versions/create', { name: MODEL, source, tags }, connection);
  });
  let found = 0;
  const filter = `name = '${MODEL}' and tags.shard = 'shard-7'`;
  const label = `${versions.toLocaleString('en-US')} versions, filter by tag`;
  await measureCall(session, label, async () => {
    const answer = await get(session, 'model-versions/search', { filter, max_results: '1000' });
    found = Found.parse(answer).model_versions.length;
  });
  session.answered(label, found);
}
