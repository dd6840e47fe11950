import type { S3Location } from '../platform/buckets/schema.ts';
import { parseObjectsPlace } from '../platform/objects/schema.ts';
import { openTrino } from '../platform/trino/index.ts';

/** A catalog of a Trino with dynamic catalogs; disposing drops it. */
export interface TrinoCatalog extends AsyncDisposable {
  /** Name in Trino, for `lakeTrinoCatalog`. */
  readonly name: string;
}

export interface CatalogPlace {
  /** Address of the coordinator. */
  readonly url: string;
  readonly name: string;
  /** Address of the PostgreSQL database with the tables of Iceberg's JDBC catalog, with user and password. */
  readonly database: string;
  /** Address of the bucket as in the setting `lake`, with its endpoint. */
  readonly lake: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Name of the catalog in the tables of Iceberg, whatever its name in Trino is. */
const ICEBERG_CATALOG = 'steelyard';

/** Creates a catalog over the Iceberg tables of a database and a bucket, while Trino runs. */
export async function createTrinoCatalog(place: CatalogPlace): Promise<TrinoCatalog> {
  const { url, name } = place;
  const trino = await openTrino({ url, user: 'steelyard', catalog: 'system' });
  const properties = Object.entries(buildCatalogProperties(place));
  const list = properties.map(([key, value]) => `"${key}" = '${value.replaceAll("'", "''")}'`);
  await trino.execute(`CREATE CATALOG ${name} USING iceberg WITH (${list.join(', ')})`);
  return {
    name,
    async [Symbol.asyncDispose]() {
      await trino.execute(`DROP CATALOG ${name}`);
    },
  };
}

function buildCatalogProperties(place: CatalogPlace): Record<string, string> {
  const { hostname, port, pathname, username, password } = new URL(place.database);
  const { bucket, prefix, endpoint, region } = parseS3(place.lake);
  return {
    'iceberg.catalog.type': 'jdbc',
    'iceberg.jdbc-catalog.catalog-name': ICEBERG_CATALOG,
    'iceberg.jdbc-catalog.driver-class': 'org.postgresql.Driver',
    'iceberg.jdbc-catalog.connection-url': `jdbc:postgresql://${hostname}:${port}${pathname}`,
    'iceberg.jdbc-catalog.connection-user': decodeURIComponent(username),
    'iceberg.jdbc-catalog.connection-password': decodeURIComponent(password),
    'iceberg.jdbc-catalog.default-warehouse-dir': `s3://${bucket}/${prefix === undefined ? '' : `${prefix}/`}warehouse`,
    'iceberg.add-files-procedure.enabled': 'true',
    'iceberg.register-table-procedure.enabled': 'true',
    'fs.native-s3.enabled': 'true',
    's3.region': region ?? 'us-east-1',
    ...(endpoint === undefined ? {} : { 's3.endpoint': endpoint, 's3.path-style-access': 'true' }),
    's3.aws-access-key': place.accessKeyId,
    's3.aws-secret-key': place.secretAccessKey,
  };
}

function parseS3(address: string): S3Location {
  const { location } = parseObjectsPlace(address);
  if (location.type !== 's3') throw new Error(`not a bucket of S3: ${address}`);
  return location;
}
