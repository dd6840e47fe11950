import type { Kysely } from 'kysely';
import type { Migrations } from '../../platform/store/index.ts';

export const gateMigrations: Migrations = {
  'gates/001-policies': {
    async up(db) {
      await db.schema
        .createTable('policy')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('applied_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
  'gates/002-looks-and-approvals': {
    async up(db) {
      const looks = ['policy', 'policy_version', 'model', 'candidate', 'champion'] as const;
      await db.schema
        .createTable('gate_look')
        .addColumn('policy', 'text', (column) => column.notNull())
        .addColumn('policy_version', 'integer', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('candidate', 'text', (column) => column.notNull())
        .addColumn('champion', 'text', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('evidence_sha256', 'text', (column) => column.notNull())
        .addColumn('examples', 'text', (column) => column.notNull())
        .addColumn('spent_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('gate_look_key', [...looks, 'number'])
        .addUniqueConstraint('gate_look_evidence', [...looks, 'evidence_sha256'])
        .execute();
      await db.schema
        .createTable('gate_approval')
        .addColumn('policy', 'text', (column) => column.notNull())
        .addColumn('policy_version', 'integer', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('approved_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('gate_approval_key', ['policy', 'policy_version', 'model', 'version', 'account'])
        .execute();
      await db.schema
        .createTable('gate_champion')
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('alias', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('gate_champion_key', ['model', 'alias'])
        .execute();
    },
  },
  'gates/003-policies-of-teams': {
    async up(db) {
      for (const column of ['model', 'team']) {
        await db.schema.alterTable('policy').addColumn(column, 'text').execute();
        await db.schema.createIndex(`policy_of_${column}`).on('policy').column(column).execute();
      }
      await fillModels(db);
    },
  },
  'gates/004-declined-approvals': {
    async up(db) {
      await db.schema.alterTable('gate_approval').addColumn('note', 'text').execute();
      await db.schema
        .alterTable('gate_approval')
        .addColumn('declined', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
};

type FilledTables = { policy: { name: string; model: string | null; spec: string } };

/** Before policies of teams, each policy named its model. */
async function fillModels(db: Kysely<unknown>): Promise<void> {
  const tables = db.withTables<FilledTables>();
  for (const { name, spec } of await tables.selectFrom('policy').select(['name', 'spec']).execute()) {
    const { model } = JSON.parse(spec) as { readonly model: string };
    await tables.updateTable('policy').set({ model }).where('name', '=', name).execute();
  }
}
