complete -c pgx-dump -s d -l dbname -d 'Database, connection URI or key=value string' -r
complete -c pgx-dump -s h -l host -d 'Server host or socket directory' -r
complete -c pgx-dump -s p -l port -d 'Server port' -r
complete -c pgx-dump -s U -l username -d 'User to connect as' -r
complete -c pgx-dump -l role -d 'Role to work as after connecting (SET ROLE)' -r
complete -c pgx-dump -s n -l schema -d 'Only schemas that match and what is in them; may be repeated' -r
complete -c pgx-dump -s N -l exclude-schema -d 'All but the schemas that match; may be repeated' -r
complete -c pgx-dump -s t -l table -d 'Only tables, views and sequences that match; may be repeated' -r
complete -c pgx-dump -s T -l exclude-table -d 'All but the tables that match; may be repeated' -r
complete -c pgx-dump -l exclude-table-data -d 'Definitions but not rows of tables that match; may be repeated' -r
complete -c pgx-dump -s f -l file -d 'Write to FILE instead of standard output' -r -F
complete -c pgx-dump -s F -l format -d 'Form of the output [pgx, plain]' -r -f -a "pgx\t'The stream that the pgx tools share'
plain\t'A script for psql'"
complete -c pgx-dump -s Z -l compress -d 'Compress: none, zstd[:LEVEL], gzip[:LEVEL]' -r
complete -c pgx-dump -l copy-format -d 'Form of rows: auto, text or binary' -r -f -a "auto\t'Binary where it is safe, else text'
text\t'Text'
binary\t'Binary wherever it can be'"
complete -c pgx-dump -s E -l encoding -d 'In a plain script, the encoding of its text (default: the database\'s own)' -r
complete -c pgx-dump -l restrict-key -d 'In a plain script, the key of \\restrict: letters and digits' -r
complete -c pgx-dump -l lock-wait-timeout -d 'Fail when a table cannot be locked within MS milliseconds' -r
complete -c pgx-dump -l snapshot -d 'Use a snapshot that another session exported' -r
complete -c pgx-dump -s j -l jobs -d 'Read with N sessions at once (default: up to 4, not more than cores)' -r
complete -c pgx-dump -l rate-limit -d 'Send at most so many bytes a second: 50MB, 800kB' -r
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
complete -c pgx-dump -l strict-names -d 'Fail when a pattern to include matches nothing'
complete -c pgx-dump -s C -l create -d 'In a plain script, create the database and connect to it'
complete -c pgx-dump -s O -l no-owner -d 'In a plain script, do not set owners'
complete -c pgx-dump -s x -l no-privileges -l no-acl -d 'In a plain script, do not grant or revoke'
complete -c pgx-dump -l no-tablespaces -d 'In a plain script, do not set tablespaces'
complete -c pgx-dump -l no-table-access-method -d 'In a plain script, do not set table access methods'
complete -c pgx-dump -l serializable-deferrable -d 'Wait for a moment that no serializable transaction can find inconsistent'
complete -c pgx-dump -s v -l verbose -d 'Say more: one line an entry; twice: what happens inside'
complete -c pgx-dump -s q -l quiet -d 'Say nothing but errors'
complete -c pgx-dump -s V -l version -d 'Print the version'
complete -c pgx-dump -s ? -l help -d 'Print this help'
