-- Names that must be quoted, in every kind: quotes, backslashes, line ends, keywords, capitals, 63 bytes, other scripts.
-- roles: pgx "quoted", select, Ünï cødé
CREATE SCHEMA "a.b";
SET search_path = "a.b";
CREATE TABLE "with ""quote" ("with ""quote" integer DEFAULT 0, other text);
INSERT INTO "with ""quote" VALUES (1, 'x');
CREATE TABLE "with 'apostrophe" ("with 'apostrophe" integer DEFAULT 1, other text);
INSERT INTO "with 'apostrophe" VALUES (1, 'x');
CREATE TABLE "back\slash" ("back\slash" integer DEFAULT 2, other text);
INSERT INTO "back\slash" VALUES (1, 'x');
CREATE TABLE "new
line" ("new
line" integer DEFAULT 3, other text);
INSERT INTO "new
line" VALUES (1, 'x');
CREATE TABLE "tab	here" ("tab	here" integer DEFAULT 4, other text);
INSERT INTO "tab	here" VALUES (1, 'x');
CREATE TABLE "1digit" ("1digit" integer DEFAULT 5, other text);
INSERT INTO "1digit" VALUES (1, 'x');
CREATE TABLE "select" ("select" integer DEFAULT 6, other text);
INSERT INTO "select" VALUES (1, 'x');
CREATE TABLE "MixedCase" ("MixedCase" integer DEFAULT 7, other text);
INSERT INTO "MixedCase" VALUES (1, 'x');
CREATE TABLE " leading space" (" leading space" integer DEFAULT 8, other text);
INSERT INTO " leading space" VALUES (1, 'x');
CREATE TABLE "trailing " ("trailing " integer DEFAULT 9, other text);
INSERT INTO "trailing " VALUES (1, 'x');
CREATE TABLE "percent%s" ("percent%s" integer DEFAULT 10, other text);
INSERT INTO "percent%s" VALUES (1, 'x');
CREATE TABLE "dollar$" ("dollar$" integer DEFAULT 11, other text);
INSERT INTO "dollar$" VALUES (1, 'x');
CREATE TABLE "$start" ("$start" integer DEFAULT 12, other text);
INSERT INTO "$start" VALUES (1, 'x');
CREATE TABLE "semi;colon" ("semi;colon" integer DEFAULT 13, other text);
INSERT INTO "semi;colon" VALUES (1, 'x');
CREATE TABLE "--dashes" ("--dashes" integer DEFAULT 14, other text);
INSERT INTO "--dashes" VALUES (1, 'x');
CREATE TABLE "/*stars*/" ("/*stars*/" integer DEFAULT 15, other text);
INSERT INTO "/*stars*/" VALUES (1, 'x');
CREATE TABLE "dot.dot" ("dot.dot" integer DEFAULT 16, other text);
INSERT INTO "dot.dot" VALUES (1, 'x');
CREATE TABLE "comma,comma" ("comma,comma" integer DEFAULT 17, other text);
INSERT INTO "comma,comma" VALUES (1, 'x');
CREATE TABLE "{brace}" ("{brace}" integer DEFAULT 18, other text);
INSERT INTO "{brace}" VALUES (1, 'x');
CREATE TABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" integer DEFAULT 19, other text);
INSERT INTO "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" VALUES (1, 'x');
CREATE TABLE "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" ("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" integer DEFAULT 20, other text);
INSERT INTO "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" VALUES (1, 'x');
CREATE TABLE "東京" ("東京" integer DEFAULT 21, other text);
INSERT INTO "東京" VALUES (1, 'x');
CREATE TABLE "Ünï" ("Ünï" integer DEFAULT 22, other text);
INSERT INTO "Ünï" VALUES (1, 'x');
CREATE TABLE "emoji🐘" ("emoji🐘" integer DEFAULT 23, other text);
INSERT INTO "emoji🐘" VALUES (1, 'x');
CREATE TABLE "a=b" ("a=b" integer DEFAULT 24, other text);
INSERT INTO "a=b" VALUES (1, 'x');
CREATE TABLE "public" ("public" integer DEFAULT 25, other text);
INSERT INTO "public" VALUES (1, 'x');
CREATE TABLE "user" ("user" integer DEFAULT 26, other text);
INSERT INTO "user" VALUES (1, 'x');
CREATE TABLE "*" ("*" integer DEFAULT 27, other text);
INSERT INTO "*" VALUES (1, 'x');
CREATE TABLE "(paren)" ("(paren)" integer DEFAULT 28, other text);
INSERT INTO "(paren)" VALUES (1, 'x');
CREATE TABLE "[bracket]" ("[bracket]" integer DEFAULT 29, other text);
INSERT INTO "[bracket]" VALUES (1, 'x');
CREATE TABLE "or \n not" ("or \n not" integer DEFAULT 30, other text);
INSERT INTO "or \n not" VALUES (1, 'x');
CREATE TABLE "between" ("between" integer DEFAULT 31, other text);
INSERT INTO "between" VALUES (1, 'x');
CREATE TABLE "char" ("char" integer DEFAULT 32, other text);
INSERT INTO "char" VALUES (1, 'x');
CREATE TABLE "timestamp" ("timestamp" integer DEFAULT 33, other text);
INSERT INTO "timestamp" VALUES (1, 'x');
CREATE TABLE "coalesce" ("coalesce" integer DEFAULT 34, other text);
INSERT INTO "coalesce" VALUES (1, 'x');
CREATE TABLE "ALL" ("ALL" integer DEFAULT 35, other text);
INSERT INTO "ALL" VALUES (1, 'x');
-- a newline in every kind, and the rest of the family
CREATE SCHEMA "s with ""quote";
CREATE TYPE "e with ""quote" AS ENUM ($q$with "quote$q$);
CREATE TYPE "c with ""quote" AS ("with ""quote" integer);
CREATE DOMAIN "d with ""quote" AS integer CONSTRAINT "dc with ""quote" CHECK (VALUE > 0);
CREATE FUNCTION "f with ""quote"("with ""quote" integer, OUT "o with ""quote" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p with ""quote"("with ""quote" "e with ""quote") LANGUAGE sql AS '';
CREATE AGGREGATE "a with ""quote"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q with ""quote";
ALTER TABLE "with ""quote" ADD id serial, ADD "col with ""quote" "e with ""quote" DEFAULT $q$with "quote$q$, ADD CONSTRAINT "pk with ""quote" PRIMARY KEY (id), ADD CONSTRAINT "u with ""quote" UNIQUE ("with ""quote"), ADD CONSTRAINT "ck with ""quote" CHECK ("with ""quote" > 0), ADD CONSTRAINT "fk with ""quote" FOREIGN KEY ("with ""quote") REFERENCES "with ""quote" ("with ""quote");
CREATE INDEX "i with ""quote" ON "with ""quote" (("with ""quote" + 1)) WHERE other <> $q$with "quote$q$;
CREATE STATISTICS "st with ""quote" ON "with ""quote", other FROM "with ""quote";
CREATE VIEW "v with ""quote" AS SELECT "with ""quote", "with ""quote" AS "vc with ""quote" FROM "with ""quote" AS "with ""quote";
CREATE MATERIALIZED VIEW "mv with ""quote" AS SELECT "with ""quote" FROM "with ""quote";
CREATE RULE "r with ""quote" AS ON UPDATE TO "v with ""quote" DO INSTEAD NOTHING;
CREATE FUNCTION "tf with ""quote"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t with ""quote" AFTER UPDATE OF "with ""quote" ON "with ""quote" FOR EACH ROW EXECUTE FUNCTION "tf with ""quote"($q$with "quote$q$);
CREATE POLICY "po with ""quote" ON "with ""quote" FOR SELECT TO "select" USING ("with ""quote" > 0);
CREATE PUBLICATION "pub with ""quote" FOR TABLE "with ""quote" ("with ""quote", id);
COMMENT ON COLUMN "with ""quote"."with ""quote" IS $q$with "quote$q$;
COMMENT ON CONSTRAINT "ck with ""quote" ON "with ""quote" IS $q$with "quote$q$;
COMMENT ON TRIGGER "t with ""quote" ON "with ""quote" IS $q$with "quote$q$;
COMMENT ON FUNCTION "f with ""quote"(integer) IS $q$with "quote$q$;
GRANT SELECT ("with ""quote") ON "with ""quote" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f with ""quote"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s with 'apostrophe";
CREATE TYPE "e with 'apostrophe" AS ENUM ($q$with 'apostrophe$q$);
CREATE TYPE "c with 'apostrophe" AS ("with 'apostrophe" integer);
CREATE DOMAIN "d with 'apostrophe" AS integer CONSTRAINT "dc with 'apostrophe" CHECK (VALUE > 0);
CREATE FUNCTION "f with 'apostrophe"("with 'apostrophe" integer, OUT "o with 'apostrophe" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p with 'apostrophe"("with 'apostrophe" "e with 'apostrophe") LANGUAGE sql AS '';
CREATE AGGREGATE "a with 'apostrophe"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q with 'apostrophe";
ALTER TABLE "with 'apostrophe" ADD id serial, ADD "col with 'apostrophe" "e with 'apostrophe" DEFAULT $q$with 'apostrophe$q$, ADD CONSTRAINT "pk with 'apostrophe" PRIMARY KEY (id), ADD CONSTRAINT "u with 'apostrophe" UNIQUE ("with 'apostrophe"), ADD CONSTRAINT "ck with 'apostrophe" CHECK ("with 'apostrophe" > 0), ADD CONSTRAINT "fk with 'apostrophe" FOREIGN KEY ("with 'apostrophe") REFERENCES "with 'apostrophe" ("with 'apostrophe");
CREATE INDEX "i with 'apostrophe" ON "with 'apostrophe" (("with 'apostrophe" + 1)) WHERE other <> $q$with 'apostrophe$q$;
CREATE STATISTICS "st with 'apostrophe" ON "with 'apostrophe", other FROM "with 'apostrophe";
CREATE VIEW "v with 'apostrophe" AS SELECT "with 'apostrophe", "with 'apostrophe" AS "vc with 'apostrophe" FROM "with 'apostrophe" AS "with 'apostrophe";
CREATE MATERIALIZED VIEW "mv with 'apostrophe" AS SELECT "with 'apostrophe" FROM "with 'apostrophe";
CREATE RULE "r with 'apostrophe" AS ON UPDATE TO "v with 'apostrophe" DO INSTEAD NOTHING;
CREATE FUNCTION "tf with 'apostrophe"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t with 'apostrophe" AFTER UPDATE OF "with 'apostrophe" ON "with 'apostrophe" FOR EACH ROW EXECUTE FUNCTION "tf with 'apostrophe"($q$with 'apostrophe$q$);
CREATE POLICY "po with 'apostrophe" ON "with 'apostrophe" FOR SELECT TO "select" USING ("with 'apostrophe" > 0);
CREATE PUBLICATION "pub with 'apostrophe" FOR TABLE "with 'apostrophe" ("with 'apostrophe", id);
COMMENT ON COLUMN "with 'apostrophe"."with 'apostrophe" IS $q$with 'apostrophe$q$;
COMMENT ON CONSTRAINT "ck with 'apostrophe" ON "with 'apostrophe" IS $q$with 'apostrophe$q$;
COMMENT ON TRIGGER "t with 'apostrophe" ON "with 'apostrophe" IS $q$with 'apostrophe$q$;
COMMENT ON FUNCTION "f with 'apostrophe"(integer) IS $q$with 'apostrophe$q$;
GRANT SELECT ("with 'apostrophe") ON "with 'apostrophe" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f with 'apostrophe"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s back\slash";
CREATE TYPE "e back\slash" AS ENUM ($q$back\slash$q$);
CREATE TYPE "c back\slash" AS ("back\slash" integer);
CREATE DOMAIN "d back\slash" AS integer CONSTRAINT "dc back\slash" CHECK (VALUE > 0);
CREATE FUNCTION "f back\slash"("back\slash" integer, OUT "o back\slash" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p back\slash"("back\slash" "e back\slash") LANGUAGE sql AS '';
CREATE AGGREGATE "a back\slash"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q back\slash";
ALTER TABLE "back\slash" ADD id serial, ADD "col back\slash" "e back\slash" DEFAULT $q$back\slash$q$, ADD CONSTRAINT "pk back\slash" PRIMARY KEY (id), ADD CONSTRAINT "u back\slash" UNIQUE ("back\slash"), ADD CONSTRAINT "ck back\slash" CHECK ("back\slash" > 0), ADD CONSTRAINT "fk back\slash" FOREIGN KEY ("back\slash") REFERENCES "back\slash" ("back\slash");
CREATE INDEX "i back\slash" ON "back\slash" (("back\slash" + 1)) WHERE other <> $q$back\slash$q$;
CREATE STATISTICS "st back\slash" ON "back\slash", other FROM "back\slash";
CREATE VIEW "v back\slash" AS SELECT "back\slash", "back\slash" AS "vc back\slash" FROM "back\slash" AS "back\slash";
CREATE MATERIALIZED VIEW "mv back\slash" AS SELECT "back\slash" FROM "back\slash";
CREATE RULE "r back\slash" AS ON UPDATE TO "v back\slash" DO INSTEAD NOTHING;
CREATE FUNCTION "tf back\slash"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t back\slash" AFTER UPDATE OF "back\slash" ON "back\slash" FOR EACH ROW EXECUTE FUNCTION "tf back\slash"($q$back\slash$q$);
CREATE POLICY "po back\slash" ON "back\slash" FOR SELECT TO "select" USING ("back\slash" > 0);
CREATE PUBLICATION "pub back\slash" FOR TABLE "back\slash" ("back\slash", id);
COMMENT ON COLUMN "back\slash"."back\slash" IS $q$back\slash$q$;
COMMENT ON CONSTRAINT "ck back\slash" ON "back\slash" IS $q$back\slash$q$;
COMMENT ON TRIGGER "t back\slash" ON "back\slash" IS $q$back\slash$q$;
COMMENT ON FUNCTION "f back\slash"(integer) IS $q$back\slash$q$;
GRANT SELECT ("back\slash") ON "back\slash" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f back\slash"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s new
line";
CREATE TYPE "e new
line" AS ENUM ($q$new
line$q$);
CREATE TYPE "c new
line" AS ("new
line" integer);
CREATE DOMAIN "d new
line" AS integer CONSTRAINT "dc new
line" CHECK (VALUE > 0);
CREATE FUNCTION "f new
line"("new
line" integer, OUT "o new
line" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p new
line"("new
line" "e new
line") LANGUAGE sql AS '';
CREATE AGGREGATE "a new
line"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q new
line";
ALTER TABLE "new
line" ADD id serial, ADD "col new
line" "e new
line" DEFAULT $q$new
line$q$, ADD CONSTRAINT "pk new
line" PRIMARY KEY (id), ADD CONSTRAINT "u new
line" UNIQUE ("new
line"), ADD CONSTRAINT "ck new
line" CHECK ("new
line" > 0), ADD CONSTRAINT "fk new
line" FOREIGN KEY ("new
line") REFERENCES "new
line" ("new
line");
CREATE INDEX "i new
line" ON "new
line" (("new
line" + 1)) WHERE other <> $q$new
line$q$;
CREATE STATISTICS "st new
line" ON "new
line", other FROM "new
line";
CREATE VIEW "v new
line" AS SELECT "new
line", "new
line" AS "vc new
line" FROM "new
line" AS "new
line";
CREATE MATERIALIZED VIEW "mv new
line" AS SELECT "new
line" FROM "new
line";
CREATE RULE "r new
line" AS ON UPDATE TO "v new
line" DO INSTEAD NOTHING;
CREATE FUNCTION "tf new
line"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t new
line" AFTER UPDATE OF "new
line" ON "new
line" FOR EACH ROW EXECUTE FUNCTION "tf new
line"($q$new
line$q$);
CREATE POLICY "po new
line" ON "new
line" FOR SELECT TO "select" USING ("new
line" > 0);
CREATE PUBLICATION "pub new
line" FOR TABLE "new
line" ("new
line", id);
COMMENT ON COLUMN "new
line"."new
line" IS $q$new
line$q$;
COMMENT ON CONSTRAINT "ck new
line" ON "new
line" IS $q$new
line$q$;
COMMENT ON TRIGGER "t new
line" ON "new
line" IS $q$new
line$q$;
COMMENT ON FUNCTION "f new
line"(integer) IS $q$new
line$q$;
GRANT SELECT ("new
line") ON "new
line" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f new
line"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s tab	here";
CREATE TYPE "e tab	here" AS ENUM ($q$tab	here$q$);
CREATE TYPE "c tab	here" AS ("tab	here" integer);
CREATE DOMAIN "d tab	here" AS integer CONSTRAINT "dc tab	here" CHECK (VALUE > 0);
CREATE FUNCTION "f tab	here"("tab	here" integer, OUT "o tab	here" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p tab	here"("tab	here" "e tab	here") LANGUAGE sql AS '';
CREATE AGGREGATE "a tab	here"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q tab	here";
ALTER TABLE "tab	here" ADD id serial, ADD "col tab	here" "e tab	here" DEFAULT $q$tab	here$q$, ADD CONSTRAINT "pk tab	here" PRIMARY KEY (id), ADD CONSTRAINT "u tab	here" UNIQUE ("tab	here"), ADD CONSTRAINT "ck tab	here" CHECK ("tab	here" > 0), ADD CONSTRAINT "fk tab	here" FOREIGN KEY ("tab	here") REFERENCES "tab	here" ("tab	here");
CREATE INDEX "i tab	here" ON "tab	here" (("tab	here" + 1)) WHERE other <> $q$tab	here$q$;
CREATE STATISTICS "st tab	here" ON "tab	here", other FROM "tab	here";
CREATE VIEW "v tab	here" AS SELECT "tab	here", "tab	here" AS "vc tab	here" FROM "tab	here" AS "tab	here";
CREATE MATERIALIZED VIEW "mv tab	here" AS SELECT "tab	here" FROM "tab	here";
CREATE RULE "r tab	here" AS ON UPDATE TO "v tab	here" DO INSTEAD NOTHING;
CREATE FUNCTION "tf tab	here"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t tab	here" AFTER UPDATE OF "tab	here" ON "tab	here" FOR EACH ROW EXECUTE FUNCTION "tf tab	here"($q$tab	here$q$);
CREATE POLICY "po tab	here" ON "tab	here" FOR SELECT TO "select" USING ("tab	here" > 0);
CREATE PUBLICATION "pub tab	here" FOR TABLE "tab	here" ("tab	here", id);
COMMENT ON COLUMN "tab	here"."tab	here" IS $q$tab	here$q$;
COMMENT ON CONSTRAINT "ck tab	here" ON "tab	here" IS $q$tab	here$q$;
COMMENT ON TRIGGER "t tab	here" ON "tab	here" IS $q$tab	here$q$;
COMMENT ON FUNCTION "f tab	here"(integer) IS $q$tab	here$q$;
GRANT SELECT ("tab	here") ON "tab	here" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f tab	here"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s 1digit";
CREATE TYPE "e 1digit" AS ENUM ($q$1digit$q$);
CREATE TYPE "c 1digit" AS ("1digit" integer);
CREATE DOMAIN "d 1digit" AS integer CONSTRAINT "dc 1digit" CHECK (VALUE > 0);
CREATE FUNCTION "f 1digit"("1digit" integer, OUT "o 1digit" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p 1digit"("1digit" "e 1digit") LANGUAGE sql AS '';
CREATE AGGREGATE "a 1digit"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q 1digit";
ALTER TABLE "1digit" ADD id serial, ADD "col 1digit" "e 1digit" DEFAULT $q$1digit$q$, ADD CONSTRAINT "pk 1digit" PRIMARY KEY (id), ADD CONSTRAINT "u 1digit" UNIQUE ("1digit"), ADD CONSTRAINT "ck 1digit" CHECK ("1digit" > 0), ADD CONSTRAINT "fk 1digit" FOREIGN KEY ("1digit") REFERENCES "1digit" ("1digit");
CREATE INDEX "i 1digit" ON "1digit" (("1digit" + 1)) WHERE other <> $q$1digit$q$;
CREATE STATISTICS "st 1digit" ON "1digit", other FROM "1digit";
CREATE VIEW "v 1digit" AS SELECT "1digit", "1digit" AS "vc 1digit" FROM "1digit" AS "1digit";
CREATE MATERIALIZED VIEW "mv 1digit" AS SELECT "1digit" FROM "1digit";
CREATE RULE "r 1digit" AS ON UPDATE TO "v 1digit" DO INSTEAD NOTHING;
CREATE FUNCTION "tf 1digit"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t 1digit" AFTER UPDATE OF "1digit" ON "1digit" FOR EACH ROW EXECUTE FUNCTION "tf 1digit"($q$1digit$q$);
CREATE POLICY "po 1digit" ON "1digit" FOR SELECT TO "select" USING ("1digit" > 0);
CREATE PUBLICATION "pub 1digit" FOR TABLE "1digit" ("1digit", id);
COMMENT ON COLUMN "1digit"."1digit" IS $q$1digit$q$;
COMMENT ON CONSTRAINT "ck 1digit" ON "1digit" IS $q$1digit$q$;
COMMENT ON TRIGGER "t 1digit" ON "1digit" IS $q$1digit$q$;
COMMENT ON FUNCTION "f 1digit"(integer) IS $q$1digit$q$;
GRANT SELECT ("1digit") ON "1digit" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f 1digit"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s select";
CREATE TYPE "e select" AS ENUM ($q$select$q$);
CREATE TYPE "c select" AS ("select" integer);
CREATE DOMAIN "d select" AS integer CONSTRAINT "dc select" CHECK (VALUE > 0);
CREATE FUNCTION "f select"("select" integer, OUT "o select" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p select"("select" "e select") LANGUAGE sql AS '';
CREATE AGGREGATE "a select"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q select";
ALTER TABLE "select" ADD id serial, ADD "col select" "e select" DEFAULT $q$select$q$, ADD CONSTRAINT "pk select" PRIMARY KEY (id), ADD CONSTRAINT "u select" UNIQUE ("select"), ADD CONSTRAINT "ck select" CHECK ("select" > 0), ADD CONSTRAINT "fk select" FOREIGN KEY ("select") REFERENCES "select" ("select");
CREATE INDEX "i select" ON "select" (("select" + 1)) WHERE other <> $q$select$q$;
CREATE STATISTICS "st select" ON "select", other FROM "select";
CREATE VIEW "v select" AS SELECT "select", "select" AS "vc select" FROM "select" AS "select";
CREATE MATERIALIZED VIEW "mv select" AS SELECT "select" FROM "select";
CREATE RULE "r select" AS ON UPDATE TO "v select" DO INSTEAD NOTHING;
CREATE FUNCTION "tf select"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t select" AFTER UPDATE OF "select" ON "select" FOR EACH ROW EXECUTE FUNCTION "tf select"($q$select$q$);
CREATE POLICY "po select" ON "select" FOR SELECT TO "select" USING ("select" > 0);
CREATE PUBLICATION "pub select" FOR TABLE "select" ("select", id);
COMMENT ON COLUMN "select"."select" IS $q$select$q$;
COMMENT ON CONSTRAINT "ck select" ON "select" IS $q$select$q$;
COMMENT ON TRIGGER "t select" ON "select" IS $q$select$q$;
COMMENT ON FUNCTION "f select"(integer) IS $q$select$q$;
GRANT SELECT ("select") ON "select" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f select"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s MixedCase";
CREATE TYPE "e MixedCase" AS ENUM ($q$MixedCase$q$);
CREATE TYPE "c MixedCase" AS ("MixedCase" integer);
CREATE DOMAIN "d MixedCase" AS integer CONSTRAINT "dc MixedCase" CHECK (VALUE > 0);
CREATE FUNCTION "f MixedCase"("MixedCase" integer, OUT "o MixedCase" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p MixedCase"("MixedCase" "e MixedCase") LANGUAGE sql AS '';
CREATE AGGREGATE "a MixedCase"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q MixedCase";
ALTER TABLE "MixedCase" ADD id serial, ADD "col MixedCase" "e MixedCase" DEFAULT $q$MixedCase$q$, ADD CONSTRAINT "pk MixedCase" PRIMARY KEY (id), ADD CONSTRAINT "u MixedCase" UNIQUE ("MixedCase"), ADD CONSTRAINT "ck MixedCase" CHECK ("MixedCase" > 0), ADD CONSTRAINT "fk MixedCase" FOREIGN KEY ("MixedCase") REFERENCES "MixedCase" ("MixedCase");
CREATE INDEX "i MixedCase" ON "MixedCase" (("MixedCase" + 1)) WHERE other <> $q$MixedCase$q$;
CREATE STATISTICS "st MixedCase" ON "MixedCase", other FROM "MixedCase";
CREATE VIEW "v MixedCase" AS SELECT "MixedCase", "MixedCase" AS "vc MixedCase" FROM "MixedCase" AS "MixedCase";
CREATE MATERIALIZED VIEW "mv MixedCase" AS SELECT "MixedCase" FROM "MixedCase";
CREATE RULE "r MixedCase" AS ON UPDATE TO "v MixedCase" DO INSTEAD NOTHING;
CREATE FUNCTION "tf MixedCase"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t MixedCase" AFTER UPDATE OF "MixedCase" ON "MixedCase" FOR EACH ROW EXECUTE FUNCTION "tf MixedCase"($q$MixedCase$q$);
CREATE POLICY "po MixedCase" ON "MixedCase" FOR SELECT TO "select" USING ("MixedCase" > 0);
CREATE PUBLICATION "pub MixedCase" FOR TABLE "MixedCase" ("MixedCase", id);
COMMENT ON COLUMN "MixedCase"."MixedCase" IS $q$MixedCase$q$;
COMMENT ON CONSTRAINT "ck MixedCase" ON "MixedCase" IS $q$MixedCase$q$;
COMMENT ON TRIGGER "t MixedCase" ON "MixedCase" IS $q$MixedCase$q$;
COMMENT ON FUNCTION "f MixedCase"(integer) IS $q$MixedCase$q$;
GRANT SELECT ("MixedCase") ON "MixedCase" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f MixedCase"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
CREATE TYPE "e xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AS ENUM ($q$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx$q$);
CREATE TYPE "c xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AS ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" integer);
CREATE DOMAIN "d xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AS integer CONSTRAINT "dc xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" CHECK (VALUE > 0);
CREATE FUNCTION "f xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" integer, OUT "o xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" "e xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") LANGUAGE sql AS '';
CREATE AGGREGATE "a xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
ALTER TABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ADD id serial, ADD "col xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" "e xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" DEFAULT $q$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx$q$, ADD CONSTRAINT "pk xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" PRIMARY KEY (id), ADD CONSTRAINT "u xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" UNIQUE ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), ADD CONSTRAINT "ck xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" CHECK ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" > 0), ADD CONSTRAINT "fk xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" FOREIGN KEY ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") REFERENCES "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
CREATE INDEX "i xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" (("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" + 1)) WHERE other <> $q$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx$q$;
CREATE STATISTICS "st xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", other FROM "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
CREATE VIEW "v xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AS SELECT "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AS "vc xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" FROM "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AS "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
CREATE MATERIALIZED VIEW "mv xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AS SELECT "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" FROM "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
CREATE RULE "r xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AS ON UPDATE TO "v xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" DO INSTEAD NOTHING;
CREATE FUNCTION "tf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AFTER UPDATE OF "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" FOR EACH ROW EXECUTE FUNCTION "tf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"($q$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx$q$);
CREATE POLICY "po xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" FOR SELECT TO "select" USING ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" > 0);
CREATE PUBLICATION "pub xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" FOR TABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", id);
COMMENT ON COLUMN "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"."xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" IS $q$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx$q$;
COMMENT ON CONSTRAINT "ck xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" IS $q$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx$q$;
COMMENT ON TRIGGER "t xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" IS $q$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx$q$;
COMMENT ON FUNCTION "f xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"(integer) IS $q$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx$q$;
GRANT SELECT ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s жжжжжжжжжжжжжжжжжжжжжжжжжжжжж";
CREATE TYPE "e жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" AS ENUM ($q$жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж$q$);
CREATE TYPE "c жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" AS ("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" integer);
CREATE DOMAIN "d жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" AS integer CONSTRAINT "dc жжжжжжжжжжжжжжжжжжжжжжжжжжжж" CHECK (VALUE > 0);
CREATE FUNCTION "f жжжжжжжжжжжжжжжжжжжжжжжжжжжжж"("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" integer, OUT "o жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p жжжжжжжжжжжжжжжжжжжжжжжжжжжжж"("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" "e жжжжжжжжжжжжжжжжжжжжжжжжжжжжж") LANGUAGE sql AS '';
CREATE AGGREGATE "a жжжжжжжжжжжжжжжжжжжжжжжжжжжжж"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q жжжжжжжжжжжжжжжжжжжжжжжжжжжжж";
ALTER TABLE "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" ADD id serial, ADD "col жжжжжжжжжжжжжжжжжжжжжжжжжжж" "e жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" DEFAULT $q$жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж$q$, ADD CONSTRAINT "pk жжжжжжжжжжжжжжжжжжжжжжжжжжжж" PRIMARY KEY (id), ADD CONSTRAINT "u жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" UNIQUE ("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж"), ADD CONSTRAINT "ck жжжжжжжжжжжжжжжжжжжжжжжжжжжж" CHECK ("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" > 0), ADD CONSTRAINT "fk жжжжжжжжжжжжжжжжжжжжжжжжжжжж" FOREIGN KEY ("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж") REFERENCES "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" ("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж");
CREATE INDEX "i жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" ON "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" (("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" + 1)) WHERE other <> $q$жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж$q$;
CREATE STATISTICS "st жжжжжжжжжжжжжжжжжжжжжжжжжжжж" ON "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж", other FROM "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж";
CREATE VIEW "v жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" AS SELECT "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж", "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" AS "vc жжжжжжжжжжжжжжжжжжжжжжжжжжжж" FROM "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" AS "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж";
CREATE MATERIALIZED VIEW "mv жжжжжжжжжжжжжжжжжжжжжжжжжжжж" AS SELECT "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" FROM "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж";
CREATE RULE "r жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" AS ON UPDATE TO "v жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" DO INSTEAD NOTHING;
CREATE FUNCTION "tf жжжжжжжжжжжжжжжжжжжжжжжжжжжж"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" AFTER UPDATE OF "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" ON "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" FOR EACH ROW EXECUTE FUNCTION "tf жжжжжжжжжжжжжжжжжжжжжжжжжжжж"($q$жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж$q$);
CREATE POLICY "po жжжжжжжжжжжжжжжжжжжжжжжжжжжж" ON "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" FOR SELECT TO "select" USING ("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" > 0);
CREATE PUBLICATION "pub жжжжжжжжжжжжжжжжжжжжжжжжжжж" FOR TABLE "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" ("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж", id);
COMMENT ON COLUMN "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж"."жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" IS $q$жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж$q$;
COMMENT ON CONSTRAINT "ck жжжжжжжжжжжжжжжжжжжжжжжжжжжж" ON "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" IS $q$жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж$q$;
COMMENT ON TRIGGER "t жжжжжжжжжжжжжжжжжжжжжжжжжжжжж" ON "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" IS $q$жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж$q$;
COMMENT ON FUNCTION "f жжжжжжжжжжжжжжжжжжжжжжжжжжжжж"(integer) IS $q$жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж$q$;
GRANT SELECT ("жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж") ON "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f жжжжжжжжжжжжжжжжжжжжжжжжжжжжж"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s 東京";
CREATE TYPE "e 東京" AS ENUM ($q$東京$q$);
CREATE TYPE "c 東京" AS ("東京" integer);
CREATE DOMAIN "d 東京" AS integer CONSTRAINT "dc 東京" CHECK (VALUE > 0);
CREATE FUNCTION "f 東京"("東京" integer, OUT "o 東京" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p 東京"("東京" "e 東京") LANGUAGE sql AS '';
CREATE AGGREGATE "a 東京"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q 東京";
ALTER TABLE "東京" ADD id serial, ADD "col 東京" "e 東京" DEFAULT $q$東京$q$, ADD CONSTRAINT "pk 東京" PRIMARY KEY (id), ADD CONSTRAINT "u 東京" UNIQUE ("東京"), ADD CONSTRAINT "ck 東京" CHECK ("東京" > 0), ADD CONSTRAINT "fk 東京" FOREIGN KEY ("東京") REFERENCES "東京" ("東京");
CREATE INDEX "i 東京" ON "東京" (("東京" + 1)) WHERE other <> $q$東京$q$;
CREATE STATISTICS "st 東京" ON "東京", other FROM "東京";
CREATE VIEW "v 東京" AS SELECT "東京", "東京" AS "vc 東京" FROM "東京" AS "東京";
CREATE MATERIALIZED VIEW "mv 東京" AS SELECT "東京" FROM "東京";
CREATE RULE "r 東京" AS ON UPDATE TO "v 東京" DO INSTEAD NOTHING;
CREATE FUNCTION "tf 東京"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t 東京" AFTER UPDATE OF "東京" ON "東京" FOR EACH ROW EXECUTE FUNCTION "tf 東京"($q$東京$q$);
CREATE POLICY "po 東京" ON "東京" FOR SELECT TO "select" USING ("東京" > 0);
CREATE PUBLICATION "pub 東京" FOR TABLE "東京" ("東京", id);
COMMENT ON COLUMN "東京"."東京" IS $q$東京$q$;
COMMENT ON CONSTRAINT "ck 東京" ON "東京" IS $q$東京$q$;
COMMENT ON TRIGGER "t 東京" ON "東京" IS $q$東京$q$;
COMMENT ON FUNCTION "f 東京"(integer) IS $q$東京$q$;
GRANT SELECT ("東京") ON "東京" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f 東京"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE SCHEMA "s emoji🐘";
CREATE TYPE "e emoji🐘" AS ENUM ($q$emoji🐘$q$);
CREATE TYPE "c emoji🐘" AS ("emoji🐘" integer);
CREATE DOMAIN "d emoji🐘" AS integer CONSTRAINT "dc emoji🐘" CHECK (VALUE > 0);
CREATE FUNCTION "f emoji🐘"("emoji🐘" integer, OUT "o emoji🐘" text) LANGUAGE sql AS $$SELECT ''::text$$;
CREATE PROCEDURE "p emoji🐘"("emoji🐘" "e emoji🐘") LANGUAGE sql AS '';
CREATE AGGREGATE "a emoji🐘"(integer) (SFUNC = int4pl, STYPE = integer);
CREATE SEQUENCE "q emoji🐘";
ALTER TABLE "emoji🐘" ADD id serial, ADD "col emoji🐘" "e emoji🐘" DEFAULT $q$emoji🐘$q$, ADD CONSTRAINT "pk emoji🐘" PRIMARY KEY (id), ADD CONSTRAINT "u emoji🐘" UNIQUE ("emoji🐘"), ADD CONSTRAINT "ck emoji🐘" CHECK ("emoji🐘" > 0), ADD CONSTRAINT "fk emoji🐘" FOREIGN KEY ("emoji🐘") REFERENCES "emoji🐘" ("emoji🐘");
CREATE INDEX "i emoji🐘" ON "emoji🐘" (("emoji🐘" + 1)) WHERE other <> $q$emoji🐘$q$;
CREATE STATISTICS "st emoji🐘" ON "emoji🐘", other FROM "emoji🐘";
CREATE VIEW "v emoji🐘" AS SELECT "emoji🐘", "emoji🐘" AS "vc emoji🐘" FROM "emoji🐘" AS "emoji🐘";
CREATE MATERIALIZED VIEW "mv emoji🐘" AS SELECT "emoji🐘" FROM "emoji🐘";
CREATE RULE "r emoji🐘" AS ON UPDATE TO "v emoji🐘" DO INSTEAD NOTHING;
CREATE FUNCTION "tf emoji🐘"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "t emoji🐘" AFTER UPDATE OF "emoji🐘" ON "emoji🐘" FOR EACH ROW EXECUTE FUNCTION "tf emoji🐘"($q$emoji🐘$q$);
CREATE POLICY "po emoji🐘" ON "emoji🐘" FOR SELECT TO "select" USING ("emoji🐘" > 0);
CREATE PUBLICATION "pub emoji🐘" FOR TABLE "emoji🐘" ("emoji🐘", id);
COMMENT ON COLUMN "emoji🐘"."emoji🐘" IS $q$emoji🐘$q$;
COMMENT ON CONSTRAINT "ck emoji🐘" ON "emoji🐘" IS $q$emoji🐘$q$;
COMMENT ON TRIGGER "t emoji🐘" ON "emoji🐘" IS $q$emoji🐘$q$;
COMMENT ON FUNCTION "f emoji🐘"(integer) IS $q$emoji🐘$q$;
GRANT SELECT ("emoji🐘") ON "emoji🐘" TO "pgx ""quoted""", "select", "Ünï cødé";
GRANT EXECUTE ON FUNCTION "f emoji🐘"(integer) TO "Ünï cødé" WITH GRANT OPTION;
CREATE TABLE parts ("odd key" integer, "new
line" text) PARTITION BY LIST ("new
line");
CREATE TABLE "part's ""one""" PARTITION OF parts FOR VALUES IN ('it''s', E'back\\slash', 'new
line');
ALTER TABLE "MixedCase" OWNER TO "pgx ""quoted""";
ALTER TABLE "select" OWNER TO "select";
ALTER FUNCTION "f new
line"(integer) OWNER TO "Ünï cødé";
ALTER DEFAULT PRIVILEGES FOR ROLE "pgx ""quoted""" IN SCHEMA "a.b" GRANT SELECT ON TABLES TO "Ünï cødé";
CREATE SCHEMA "s""o" AUTHORIZATION "pgx ""quoted""";
