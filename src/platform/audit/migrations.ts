import { GENESIS } from '../hash-chain/index.ts';
import type { Migrations } from '../store/index.ts';

export const auditMigrations: Migrations = {
  'audit/001-trail': {
    async up(database) {
      await database.schema
        .createTable('audit_row')
        .addColumn('seq', 'bigint', (of) => of.primaryKey())
        .addColumn('first_at', 'text', (of) => of.notNull())
        .addColumn('last_at', 'text', (of) => of.notNull())
        .addColumn('actor', 'text', (of) => of.notNull())
        .addColumn('role', 'text')
        .addColumn('method', 'text', (of) => of.notNull())
        .addColumn('route', 'text', (of) => of.notNull())
        .addColumn('scope', 'text', (of) => of.notNull())
        .addColumn('subject', 'text', (of) => of.notNull())
        .addColumn('body_digest', 'text')
        .addColumn('status', 'integer', (of) => of.notNull())
        .addColumn('writes', 'integer', (of) => of.notNull())
        .addColumn('request_id', 'text', (of) => of.notNull())
        .addColumn('hash', 'text', (of) => of.notNull())
        .execute();
      await database.schema.createIndex('audit_row_actor').on('audit_row').columns(['actor', 'seq']).execute();
      // A single row, so that concurrent appends of two servers conflict here.
      await database.schema
        .createTable('audit_head')
        .addColumn('id', 'integer', (of) => of.primaryKey())
        .addColumn('seq', 'bigint', (of) => of.notNull())
        .addColumn('hash', 'text', (of) => of.notNull())
        .execute();
      const heads = database.withTables<{ audit_head: { id: number; seq: number; hash: string } }>();
      await heads.insertInto('audit_head').values({ id: 1, seq: 0, hash: GENESIS }).execute();
    },
  },
};
