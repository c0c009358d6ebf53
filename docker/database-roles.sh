#!/bin/sh
# Run once by the database's image, before anybody connects: the owner, who migrates, and the application, which owns
# nothing. A test compares the outcome with what coding_workflow/embedded/roles.py makes.
set -eu
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set owner_password="$OWNER_PASSWORD" --set application_password="$APPLICATION_PASSWORD" <<'SQL'
CREATE ROLE coding_owner LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE coding_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'application_password';
CREATE DATABASE coding_workflow OWNER coding_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE coding_workflow FROM PUBLIC;
GRANT ALL ON DATABASE coding_workflow TO coding_owner;
GRANT CONNECT ON DATABASE coding_workflow TO coding_app;
SQL
