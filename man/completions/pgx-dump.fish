complete -c pgx-dump -s d -l dbname -d 'Database, connection URI or key=value string' -r
complete -c pgx-dump -s h -l host -d 'Server host or socket directory' -r
complete -c pgx-dump -s p -l port -d 'Server port' -r
complete -c pgx-dump -s U -l username -d 'User to connect as' -r
complete -c pgx-dump -l role -d 'Role to work as after connecting (SET ROLE)' -r
complete -c pgx-dump -l section -d 'Only this section: pre-data, data or post-data; may be repeated' -r -f -a "pre-data\t'What must stand before rows arrive'
data\t'Rows, large objects, values of sequences'
post-data\t'What is made after the rows'"
complete -c pgx-dump -s n -l schema -d 'Only schemas that match and what is in them; may be repeated' -r
complete -c pgx-dump -s N -l exclude-schema -d 'All but the schemas that match; may be repeated' -r
complete -c pgx-dump -s t -l table -d 'Only tables, views and sequences that match; may be repeated' -r
complete -c pgx-dump -l table-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-dump -s T -l exclude-table -d 'All but the tables that match; may be repeated' -r
complete -c pgx-dump -l exclude-table-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-dump -l exclude-table-data -d 'Definitions but not rows of tables that match; may be repeated' -r
complete -c pgx-dump -l exclude-table-data-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-dump -s e -l extension -d 'Only extensions that match; may be repeated' -r
complete -c pgx-dump -l exclude-extension -d 'All but the extensions that match; may be repeated' -r
complete -c pgx-dump -l filter -d 'Read such choices from FILE, one a line; may be repeated' -r -F
complete -c pgx-dump -l where -d 'Only rows of TABLE for which CONDITION holds; may be repeated' -r
complete -c pgx-dump -l include-foreign-data -d 'Rows of foreign tables too, of foreign servers that match; may be repeated' -r
complete -c pgx-dump -s f -l file -d 'Write to FILE instead of standard output' -r -F
complete -c pgx-dump -s F -l format -d 'Form of the output [pgx, plain, custom, directory, tar]' -r
complete -c pgx-dump -l pg-restore -d 'With -F custom, directory or tar, the oldest pg_restore that must read it (default: 18)' -r
complete -c pgx-dump -s Z -l compress -d 'Compress: none, zstd[:LEVEL], gzip[:LEVEL], but for streams also lz4' -r
complete -c pgx-dump -l copy-format -d 'Form of rows: auto, text or binary' -r -f -a "auto\t'Binary where it is safe, else text'
text\t'Text'
binary\t'Binary wherever it can be'"
complete -c pgx-dump -s S -l superuser -d 'With --disable-triggers, the role that may do so' -r
complete -c pgx-dump -l rows-per-insert -d 'The same with N rows a statement' -r
complete -c pgx-dump -s E -l encoding -d 'In a plain script, the encoding of its text (default: the database\'s own)' -r
complete -c pgx-dump -l restrict-key -d 'In a plain script, the key of \\restrict: letters and digits' -r
complete -c pgx-dump -l lock-wait-timeout -d 'Fail when a table cannot be locked within MS milliseconds' -r
complete -c pgx-dump -l snapshot -d 'Use a snapshot that another session exported' -r
complete -c pgx-dump -s j -l jobs -d 'Read with N sessions at once (default: up to 4, not more than cores)' -r
complete -c pgx-dump -l rate-limit -d 'Send at most so many bytes a second: 50MB, 800kB' -r
complete -c pgx-dump -l timeout -d 'Fail when nothing moves for so long, on either side: 10m, 2h' -r
complete -c pgx-dump -l hold -d 'Keep the snapshot when the pipe breaks, for LEASE [6h]: 90s, 30m, 2d' -r
complete -c pgx-dump -l linger -d 'With --hold, keep it for so long even when everything was read' -r
complete -c pgx-dump -l yield-after -d 'With --hold, end the dump when another session waits longer for its locks' -r
complete -c pgx-dump -l resume -d 'Send what is left of a dump that is held; pgx-load --print-token gives TOKEN' -r
complete -c pgx-dump -l release -d 'Give up a dump that is held: the one of ARCHIVE, or the only one' -r
complete -c pgx-dump -l progress -d 'How to show progress [auto, bar, lines, json, none]' -r -f -a "auto\t'A bar on a terminal, unless the output goes on to another program; otherwise nothing'
bar\t'A bar on a terminal, otherwise lines'
lines\t'A line every few seconds'
json\t'A JSON object every few seconds, one a line'
none\t'Nothing'"
complete -c pgx-dump -l log-format -d 'How to write messages [text, json]' -r -f -a "text\t'Lines for people'
json\t'One JSON object a line'"
complete -c pgx-dump -l generate -r -f -a "man\t'The man page'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c pgx-dump -s w -l no-password -d 'Never ask for a password'
complete -c pgx-dump -s W -l password -d 'Ask for a password before connecting'
complete -c pgx-dump -s a -l data-only -d 'Only rows, large objects and sequence values'
complete -c pgx-dump -s s -l schema-only -d 'Only definitions'
complete -c pgx-dump -l no-data -d 'No rows, large objects and sequence values'
complete -c pgx-dump -l no-schema -d 'No definitions'
complete -c pgx-dump -l sequence-data -d 'Values of sequences even without rows'
complete -c pgx-dump -l strict-names -d 'Fail when a pattern to include matches nothing'
complete -c pgx-dump -s b -l large-objects -d 'Large objects, even where only some schemas or tables are dumped'
complete -c pgx-dump -s B -l no-large-objects -d 'No large objects'
complete -c pgx-dump -s x -l no-privileges -l no-acl -d 'No grants and revokes'
complete -c pgx-dump -l no-comments -d 'No comments'
complete -c pgx-dump -l no-policies -d 'No policies, nor row security'
complete -c pgx-dump -l no-publications -d 'No publications'
complete -c pgx-dump -l no-security-labels -d 'No security labels'
complete -c pgx-dump -l no-subscriptions -d 'No subscriptions'
complete -c pgx-dump -l no-toast-compression -d 'No compression methods of columns'
complete -c pgx-dump -l no-unlogged-table-data -d 'No rows of unlogged tables'
complete -c pgx-dump -l load-via-partition-root -d 'Rows of partitions go through the partitioned table'
complete -c pgx-dump -l statistics -d 'The planner\'s statistics too, which servers from 18 on can take in'
complete -c pgx-dump -l statistics-only -d 'Only the planner\'s statistics'
complete -c pgx-dump -l no-statistics -d 'No statistics, which is the default'
complete -c pgx-dump -s c -l clean -d 'In a plain script, drop everything first'
complete -c pgx-dump -l if-exists -d 'With -c, drop only what is there'
complete -c pgx-dump -s C -l create -d 'In a plain script, create the database and connect to it'
complete -c pgx-dump -s O -l no-owner -d 'In a plain script, do not set owners'
complete -c pgx-dump -l use-set-session-authorization -d 'In a plain script, have owners make what they own (SET SESSION AUTHORIZATION), rather than give it to them'
complete -c pgx-dump -l no-tablespaces -d 'In a plain script, do not set tablespaces'
complete -c pgx-dump -l no-table-access-method -d 'In a plain script, do not set table access methods'
complete -c pgx-dump -l disable-triggers -d 'In a plain script without definitions, disable triggers while rows are loaded'
complete -c pgx-dump -l inserts -d 'In a plain script, INSERT instead of COPY'
complete -c pgx-dump -l column-inserts -d 'The same with names of columns'
complete -c pgx-dump -l on-conflict-do-nothing -d 'With one of these, pass over rows that are there already'
complete -c pgx-dump -l quote-all-identifiers -d 'Quote all names, key words or not'
complete -c pgx-dump -l disable-dollar-quoting -d 'Quote bodies of functions as other strings'
complete -c pgx-dump -l serializable-deferrable -d 'Wait for a moment that no serializable transaction can find inconsistent'
complete -c pgx-dump -l enable-row-security -d 'Of tables under row security, the rows that their policies show'
complete -c pgx-dump -l inconsistent -d 'With --resume, send the rest from a new moment: for a dump that nobody holds'
complete -c pgx-dump -l holders -d 'List the dumps that are held, and who waits for them'
complete -c pgx-dump -l check -d 'Say all that this role cannot dump, and dump nothing'
complete -c pgx-dump -l json -d 'With --check, tell it as JSON, an object a line'
complete -c pgx-dump -s v -l verbose -d 'Say more: one line an entry; twice: what happens inside'
complete -c pgx-dump -s q -l quiet -d 'Say nothing but errors'
complete -c pgx-dump -s V -l version -d 'Print the version'
complete -c pgx-dump -s ? -l help -d 'Print this help'
