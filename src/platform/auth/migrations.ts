import type { Migrations } from '../store/index.ts';

export const authMigrations: Migrations = {
  'auth/001-accounts': {
    async up(database) {
      await database.schema
        .createTable('account')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('role', 'text', (of) => of.notNull())
        .addColumn('password', 'text')
        .addColumn('disabled_at', 'text')
        .addColumn('created_at', 'text', (of) => of.notNull())
        .addColumn('created_by', 'text', (of) => of.notNull())
        .execute();
      await database.schema
        .createTable('account_token')
        .addColumn('id', 'text', (of) => of.primaryKey())
        .addColumn('account', 'text', (of) => of.notNull().references('account.name'))
        .addColumn('label', 'text', (of) => of.notNull())
        .addColumn('hash', 'text', (of) => of.notNull().unique())
        .addColumn('created_at', 'text', (of) => of.notNull())
        .addColumn('expires_at', 'text')
        .addColumn('last_used_at', 'text')
        .addColumn('revoked_at', 'text')
        .execute();
      await database.schema.createIndex('account_token_of').on('account_token').column('account').execute();
      await database.schema
        .createTable('account_session')
        .addColumn('hash', 'text', (of) => of.primaryKey())
        .addColumn('account', 'text', (of) => of.notNull().references('account.name'))
        .addColumn('created_at', 'text', (of) => of.notNull())
        .addColumn('expires_at', 'text', (of) => of.notNull())
        .execute();
      await database.schema.createIndex('account_session_of').on('account_session').column('account').execute();
    },
  },
  'auth/002-keys': {
    async up(database) {
      await database.schema
        .createTable('auth_key')
        .addColumn('name', 'text', (of) => of.primaryKey())
        .addColumn('secret', 'text', (of) => of.notNull())
        .execute();
    },
  },
  'auth/003-token-limits': {
    async up(database) {
      for (const column of ['scopes', 'parent', 'created_by']) {
        await database.schema.alterTable('account_token').addColumn(column, 'text').execute();
      }
      await database.schema.createIndex('account_token_parent').on('account_token').column('parent').execute();
      await database.schema
        .createTable('auth_work')
        .addColumn('id', 'text', (of) => of.primaryKey())
        .addColumn('until_ms', 'bigint', (of) => of.notNull())
        .execute();
    },
  },
  'auth/004-sign-on': {
    async up(database) {
      await database.schema.alterTable('account').addColumn('password_used_at', 'text').execute();
      await database.schema
        .createTable('account_identity')
        .addColumn('issuer', 'text', (of) => of.notNull())
        .addColumn('subject', 'text', (of) => of.notNull())
        .addColumn('account', 'text', (of) => of.notNull().unique().references('account.name'))
        .addColumn('mail', 'text')
        .addColumn('created_at', 'text', (of) => of.notNull())
        .addColumn('confirmed_at', 'text', (of) => of.notNull())
        .addColumn('check_after_ms', 'bigint', (of) => of.notNull())
        .addColumn('refresh_token', 'text')
        .addColumn('refused_at', 'text')
        .addPrimaryKeyConstraint('account_identity_key', ['issuer', 'subject'])
        .execute();
      await database.schema
        .createTable('sign_on_answered')
        .addColumn('hash', 'text', (of) => of.primaryKey())
        .addColumn('until_ms', 'bigint', (of) => of.notNull())
        .execute();
    },
  },
  'auth/005-several-servers': {
    async up(database) {
      await database.schema
        .createTable('sign_in_attempt')
        .addColumn('kind', 'text', (of) => of.notNull())
        .addColumn('hash', 'text', (of) => of.notNull())
        .addColumn('failures', 'integer', (of) => of.notNull())
        .addColumn('last_at', 'bigint', (of) => of.notNull())
        .addPrimaryKeyConstraint('sign_in_attempt_key', ['kind', 'hash'])
        .execute();
      await database.schema.createIndex('sign_in_attempt_age').on('sign_in_attempt').column('last_at').execute();
      await database.schema
        .createTable('credential_change')
        .addColumn('id', 'integer', (of) => of.primaryKey())
        .addColumn('number', 'bigint', (of) => of.notNull())
        .execute();
    },
  },
};
