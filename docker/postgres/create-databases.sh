#!/bin/sh
# Runs once, when the server has an empty data directory: a database and an owner for each service, who may enter no
# other one. The password is the one in the service's own URL.
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
create role :"service" login password :'password' nosuperuser nocreatedb nocreaterole;
create database :"service" owner :"service";
revoke all on database :"service" from public;
SQL
done
