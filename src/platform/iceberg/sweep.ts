import type { Store } from '../store/index.ts';
import { DAY_MS } from '../units/durations.ts';
import { findAllPointers } from './catalog.ts';
import { findNeeded, findSuperseded, forgetSuperseded } from './published.ts';
import { buildMetadataKey, type Warehouse } from './warehouse.ts';

/** Names of the objects that `writeChange` puts. */
const OWN = /^(\d{5,}-[\da-f-]{36}\.metadata\.json|[\da-f-]{36}-m0\.avro|snap-\d+-[\da-f-]{36}\.avro)$/;

/**
 * Removes metadata objects of published tables that no current table needs since 24 hours: a reader may still use younger ones. Objects of
 * changes that were rolled back are removed 24 hours after they were written. `now`: Unix milliseconds. Returns their number.
 */
export async function removeOldMetadata(store: Store, warehouse: Warehouse, now: number): Promise<number> {
  const before = now - DAY_MS;
  let removed = 0;
  const { names, needed, superseded } = await store.readConsistently(async (sql) => {
    const pointers = await findAllPointers(sql);
    const found = await findNeeded(sql);
    return { ...found, needed: new Set([...found.needed, ...pointers]), superseded: await findSuperseded(sql) };
  });
  for (const name of names.filter(({ catalog }) => catalog === warehouse.catalog)) {
    const folder = buildMetadataKey(name);
    for (const object of await warehouse.objects.list(folder)) {
      const key = `${folder}/${object.name}`;
      const address = `${warehouse.address}/${key}`;
      const unneededSince = superseded.get(address) ?? object.modifiedAt ?? now;
      if (object.isFolder || !OWN.test(object.name) || needed.has(address) || unneededSince >= before) continue;
      await warehouse.objects.remove(key);
      removed += 1;
    }
  }
  await forgetSuperseded(store, before);
  return removed;
}
