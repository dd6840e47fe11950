import type { Migrations } from '../platform/store/index.ts';

export const orgMigrations: Migrations = {
  'org/001-nouns': {
    async up(database) {
      await database.schema
        .createTable('team')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('display_name', 'text')
        .addColumn('owner', 'text')
        .addColumn('description', 'text')
        .addColumn('created_at', 'text', (of) => of.notNull())
        .addColumn('updated_at', 'text', (of) => of.notNull())
        .execute();
      await database.schema
        .createTable('project')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('team', 'text', (of) => of.notNull().references('team.name'))
        .addColumn('description', 'text')
        .addColumn('created_at', 'text', (of) => of.notNull())
        .addColumn('updated_at', 'text', (of) => of.notNull())
        .execute();
      await database.schema.createIndex('project_of_team').on('project').columns(['team', 'name']).execute();
      await database.schema
        .createTable('environment')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('description', 'text')
        .addColumn('production', 'integer', (of) => of.notNull())
        .addColumn('created_at', 'text', (of) => of.notNull())
        .addColumn('updated_at', 'text', (of) => of.notNull())
        .execute();
    },
  },
  'org/002-members': {
    async up(database) {
      await database.schema
        .createTable('team_member')
        .addColumn('team', 'text', (of) => of.notNull().references('team.name'))
        .addColumn('account', 'text', (of) => of.notNull())
        .addColumn('role', 'text', (of) => of.notNull())
        .addColumn('since', 'text', (of) => of.notNull())
        .addPrimaryKeyConstraint('team_member_key', ['team', 'account'])
        .execute();
      await database.schema.createIndex('team_member_account').on('team_member').column('account').execute();
    },
  },
  'org/003-member-source': {
    async up(database) {
      await database.schema.alterTable('team_member').addColumn('source', 'text').execute();
    },
  },
};
