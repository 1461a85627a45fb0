#!/bin/sh
# A database and an owner for each service, who may enter no other one. The password is the one in the service's own URL.
# Runs by itself when the server has an empty data directory; by hand for services that came later. What is there stays.
set -eu

for file in "${SECRETS_DIR:-/run/secrets}"/*_database_url; do
  service=$(basename "$file" _database_url)
  url=$(cat "$file")
  after_user=${url#*://*:}
  # By the environment: arguments can be read by every process.
  SERVICE=$service PASSWORD=${after_user%%@*} psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
    --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
\getenv service SERVICE
\getenv password PASSWORD
select format('create role %I login password %L nosuperuser nocreatedb nocreaterole', :'service', :'password')
  where not exists (select from pg_roles where rolname = :'service') \gexec
select format('create database %I owner %I', :'service', :'service')
  where not exists (select from pg_database where datname = :'service') \gexec
revoke all on database :"service" from public;
SQL
done
