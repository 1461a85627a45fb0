import { Migration } from '@mikro-orm/migrations';
import { workerLeaseTableSql } from '@tiffin/lib/ids/worker-lease';

export class CreateTables extends Migration {
  override readonly name = '0001-create-tables';

  override up(): void {
    this.addSql('create schema if not exists account');
    for (const sql of workerLeaseTableSql('account')) this.addSql(sql);
    this.addSql(`
      create table account."user" (
        id bigint primary key check (id > 0),
        email text not null check (char_length(email) between 3 and 254),
        email_key text not null unique check (char_length(email_key) between 3 and 508),
        password_hash text not null check (char_length(password_hash) between 1 and 200),
        display_name text not null check (char_length(display_name) between 1 and 60),
        phone text check (char_length(phone) between 8 and 16),
        roles text[] not null check (roles <@ array['CUSTOMER', 'MERCHANT', 'ADMIN'] and cardinality(roles) <= 3),
        created_at timestamptz not null
      )`);
    this.addSql(`
      create table account.session (
        id bigint primary key check (id > 0),
        user_id bigint not null references account."user" (id) on delete cascade,
        created_at timestamptz not null,
        revoked_at timestamptz
      )`);
    this.addSql('create index session_by_user on account.session (user_id, id)');
    this.addSql(`
      create table account.refresh_token (
        token_hash bytea primary key check (octet_length(token_hash) = 32),
        session_id bigint not null references account.session (id) on delete cascade,
        expires_at timestamptz not null,
        spent_at timestamptz
      )`);
    this.addSql('create index refresh_token_by_session on account.refresh_token (session_id, expires_at)');
    this.addSql(`
      create table account.address (
        id bigint primary key check (id > 0),
        user_id bigint not null references account."user" (id) on delete cascade,
        label text not null check (char_length(label) between 1 and 40),
        street text not null check (char_length(street) between 1 and 120),
        city text not null check (char_length(city) between 1 and 80),
        postal_code text not null check (char_length(postal_code) between 1 and 16),
        area text not null check (char_length(area) between 1 and 60)
      )`);
    this.addSql('create index address_by_user on account.address (user_id, id)');
  }

  override down(): void {
    this.addSql(
      'drop table account.address, account.refresh_token, account.session, account."user", account.worker_lease',
    );
  }
}
