complete -c pgx-load -s F -l format -d 'Take only an archive of this form: pgx, custom, directory, tar (default: any)' -r
complete -c pgx-load -s d -l dbname -d 'Database, connection URI or key=value string' -r
complete -c pgx-load -s h -l host -d 'Server host or socket directory' -r
complete -c pgx-load -s p -l port -d 'Server port' -r
complete -c pgx-load -s U -l username -d 'User to connect as' -r
complete -c pgx-load -l role -d 'Role to work as after connecting (SET ROLE)' -r
complete -c pgx-load -s f -l file -d 'Write a script for psql to FILE (- for standard output) instead of loading' -r -F
complete -c pgx-load -s j -l jobs -d 'Load with N sessions at once (default: up to 4, not more than cores, at least 2)' -r
complete -c pgx-load -l buffer -d 'Rows that may wait in memory for the target (default: 64MB)' -r
complete -c pgx-load -l restrict-key -d 'In a script, the key of \\restrict: letters and digits' -r
complete -c pgx-load -s S -l superuser -d 'With --disable-triggers, the role that may do so' -r
complete -c pgx-load -l on-conflict -d 'With -a, what becomes of rows that are there already: error, nothing or update (default: error)' -r -f -a "error\t'The load fails'
nothing\t'It is passed over'
update\t'The one that is there takes its values'"
complete -c pgx-load -l map-role -d 'Call role OLD of the stream NEW in the target, wherever it owns, grants or is granted something' -r
complete -c pgx-load -l map-tablespace -d 'Use tablespace NEW for what is in OLD, or the database\'s default tablespace with OLD=' -r
complete -c pgx-load -l rename-schema -d 'Call schema OLD of the stream NEW in the target' -r
complete -c pgx-load -l before-data -d 'Run the SQL of FILE when definitions are made, before any rows go in' -r -F
complete -c pgx-load -l after-data -d 'Run the SQL of FILE when all rows are in, before indexes, constraints and triggers are made' -r -F
complete -c pgx-load -l at-end -d 'Run the SQL of FILE when everything is made' -r -F
complete -c pgx-load -l timeout -d 'Fail when nothing comes for so long, from the stream or from the target: 90s, 10m, 2h (default: 10m)' -r
complete -c pgx-load -l index-when -d 'Build indexes of each table when its rows are in, or of all at the end: each or end (default: each)' -r -f -a "each\t'When the rows of their table are in'
end\t'When all rows are in'"
complete -c pgx-load -l fk -d 'Make foreign keys so: validate, not-valid or skip (default: validate)' -r -f -a "validate\t'With a check of all rows'
not-valid\t'Without'
skip\t'Not at all'"
complete -c pgx-load -l errors -d 'With --keep-going, write what failed and what was skipped to FILE, one JSON object a line' -r -F
complete -c pgx-load -l transaction-size -d 'Make at most N entries in one transaction (default: 100)' -r
complete -c pgx-load -l section -d 'Only this section: pre-data, data or post-data; repeatable' -r -f -a "pre-data\t'Definitions that come before rows'
data\t'Rows, large objects, sequence values, statistics of tables'
post-data\t'Indexes, constraints, triggers and the like'"
complete -c pgx-load -s n -l schema -d 'Only what is in schemas that match, and these schemas; repeatable' -r
complete -c pgx-load -s N -l exclude-schema -d 'Without schemas that match' -r
complete -c pgx-load -s t -l table -d 'Only tables, views and sequences that match, with all that belongs to them; repeatable' -r
complete -c pgx-load -l table-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-load -l exclude-table -d 'Without tables that match and all that belongs to them' -r
complete -c pgx-load -l exclude-table-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-load -l exclude-table-data -d 'Without the rows of tables that match' -r
complete -c pgx-load -l exclude-table-data-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-load -s I -l index -d 'These indexes; repeatable' -r
complete -c pgx-load -s P -l function -d 'These functions, by pattern or as NAME(ARGTYPES); repeatable' -r
complete -c pgx-load -s T -l trigger -d 'These triggers; repeatable' -r
complete -c pgx-load -l extension -d 'These extensions; repeatable' -r
complete -c pgx-load -l exclude-extension -d 'Without extensions that match' -r
complete -c pgx-load -l filter -d 'Patterns from FILE: lines such as "include table sales.*"; repeatable' -r -F
complete -c pgx-load -s L -l use-list -d 'Only the entries that FILE lists, in its order, in the format of pgx-toc' -r -F
complete -c pgx-load -l progress -d 'How to show progress [auto, bar, lines, json, none]' -r -f -a "auto\t'A bar on a terminal, unless the output goes on to another program; otherwise nothing'
bar\t'A bar on a terminal, otherwise lines'
lines\t'A line every few seconds'
json\t'A JSON object every few seconds, one a line'
none\t'Nothing'"
complete -c pgx-load -l log-format -d 'How to write messages [text, json]' -r -f -a "text\t'Lines for people'
json\t'One JSON object a line'"
complete -c pgx-load -l generate -r -f -a "man\t'The man page'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c pgx-load -s w -l no-password -d 'Never ask for a password'
complete -c pgx-load -s W -l password -d 'Ask for a password before connecting'
complete -c pgx-load -s C -l create -d 'Create the database, and connect to it; -d is then any database to connect to first'
complete -c pgx-load -s 1 -l single-transaction -d 'Load in one transaction: all of it or nothing'
complete -c pgx-load -l into-existing -d 'Load although the database has objects already'
complete -c pgx-load -s l -l list -d 'List what is in the stream: pgx-toc does'
complete -c pgx-load -s R -l no-reconnect -d 'Changes nothing, as with pg_restore'
complete -c pgx-load -l enable-row-security -d 'With row security: what policies do not allow is refused, rather than every table they concern'
complete -c pgx-load -s O -l no-owner -d 'Do not set owners'
complete -c pgx-load -l no-tablespaces -d 'Do not set tablespaces'
complete -c pgx-load -l no-table-access-method -d 'Do not set table access methods'
complete -c pgx-load -l disable-triggers -d 'With -a, do not fire triggers or check foreign keys while rows go in'
complete -c pgx-load -l truncate -d 'With -a, empty the tables before their rows go in'
complete -c pgx-load -l resume -d 'Go on with a load that was broken off: the same stream from its beginning, or the rest of a dump'
complete -c pgx-load -l status -d 'Say what a load that was broken off has done, and load nothing'
complete -c pgx-load -l print-token -d 'The same, as a token for pgx-dump --resume'
complete -c pgx-load -l discard -d 'Forget what a load that was broken off has done; what it loaded stays'
complete -c pgx-load -s c -l clean -d 'Drop first what the stream makes; with -C, drop the database'
complete -c pgx-load -l if-exists -d 'With -c, drop only what is there'
complete -c pgx-load -l managed -d 'Leave out what a role that is no superuser may not make, and name it'
complete -c pgx-load -l use-set-session-authorization -d 'Have owners make what they own (SET SESSION AUTHORIZATION), rather than give it to them'
complete -c pgx-load -l swap -d 'With -C: load beside the database of that name, and replace it when all is in'
complete -c pgx-load -l keep-old -d 'Keep the database that was replaced, as NAME_old_pgx_ARCHIVE'
complete -c pgx-load -l verify -d 'Afterwards read the target again and compare it with the stream'
complete -c pgx-load -l verify-only -d 'Only compare a database with the stream, changing nothing'
complete -c pgx-load -l json -d 'Results, or with --status that, as JSON, an object a line, on standard output'
complete -c pgx-load -l analyze -d 'ANALYZE what was loaded, as by default'
complete -c pgx-load -l no-analyze -d 'Do not ANALYZE what was loaded'
complete -c pgx-load -l vacuum -d 'VACUUM what was loaded, when all is in'
complete -c pgx-load -l keep-going -d 'Go on after errors, without what depends on what failed; the status is 6 then'
complete -c pgx-load -s e -l exit-on-error -d 'Stop at the first error, as by default'
complete -c pgx-load -l no-data-for-failed-tables -d 'With --keep-going, no rows for tables that could not be made, as by default'
complete -c pgx-load -s a -l data-only -d 'Only rows, large objects and sequence values'
complete -c pgx-load -s s -l schema-only -d 'Only definitions'
complete -c pgx-load -l statistics-only -d 'Only statistics'
complete -c pgx-load -l bare -d 'What is named comes alone, as pg_restore takes it'
complete -c pgx-load -l with-dependencies -d 'What the rest needs comes, too'
complete -c pgx-load -l strict-names -d 'Fail when a pattern matches nothing'
complete -c pgx-load -s b -l large-objects -l blobs -d 'Large objects, although only parts are named'
complete -c pgx-load -s B -l no-large-objects -l no-blobs -d 'Without large objects'
complete -c pgx-load -l no-schema -d 'Without definitions'
complete -c pgx-load -l no-data -d 'Without rows, large objects and sequence values'
complete -c pgx-load -l no-statistics -d 'Without statistics'
complete -c pgx-load -l statistics -d 'With statistics, as by default'
complete -c pgx-load -s x -l no-privileges -l no-acl -d 'Without privileges'
complete -c pgx-load -l no-comments -d 'Without comments'
complete -c pgx-load -l no-security-labels -d 'Without security labels'
complete -c pgx-load -l no-publications -d 'Without publications'
complete -c pgx-load -l no-subscriptions -d 'Without subscriptions'
complete -c pgx-load -l no-policies -d 'Without row security'
complete -c pgx-load -l check -d 'Say all that stands against the load, and change nothing'
complete -c pgx-load -s v -l verbose -d 'Say more: one line an entry; twice: what happens inside'
complete -c pgx-load -s q -l quiet -d 'Say nothing but errors'
complete -c pgx-load -s V -l version -d 'Print the version'
complete -c pgx-load -s ? -l help -d 'Print this help'
