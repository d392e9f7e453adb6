complete -c pgx-globals -s d -l dbname -d 'Database, connection URI or key=value string' -r
complete -c pgx-globals -s h -l host -d 'Server host or socket directory' -r
complete -c pgx-globals -s p -l port -d 'Server port' -r
complete -c pgx-globals -s U -l username -d 'User to connect as' -r
complete -c pgx-globals -l role -d 'Role to work as after connecting (SET ROLE)' -r
complete -c pgx-globals -s l -l database -d 'Database to connect to, where -d names none [default: postgres]' -r
complete -c pgx-globals -l for -d 'Only what the stream in FILE refers to, and the roles that its roles are members of' -r -F
complete -c pgx-globals -l exclude-database -d 'Databases that match PATTERN are not to follow; repeatable' -r
complete -c pgx-globals -l filter -d 'Read such patterns from FILE, one a line; repeatable' -r -F
complete -c pgx-globals -s f -l file -d 'Write to FILE instead of standard output' -r -F
complete -c pgx-globals -l restrict-key -d 'In a script, the key of \\restrict: letters and digits' -r
complete -c pgx-globals -l progress -d 'How to show progress [auto, bar, lines, json, none]' -r -f -a "auto\t'A bar on a terminal, unless the output goes on to another program; otherwise nothing'
bar\t'A bar on a terminal, otherwise lines'
lines\t'A line every few seconds'
json\t'A JSON object every few seconds, one a line'
none\t'Nothing'"
complete -c pgx-globals -l log-format -d 'How to write messages [text, json]' -r -f -a "text\t'Lines for people'
json\t'One JSON object a line'"
complete -c pgx-globals -l generate -r -f -a "man\t'The man page'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c pgx-globals -s w -l no-password -d 'Never ask for a password'
complete -c pgx-globals -s W -l password -d 'Ask for a password before connecting'
complete -c pgx-globals -s g -l globals-only -d 'Roles and tablespaces alone: no databases are to follow in the stream'
complete -c pgx-globals -s r -l roles-only -d 'Roles alone, with what is theirs'
complete -c pgx-globals -s t -l tablespaces-only -d 'Tablespaces alone'
complete -c pgx-globals -l no-role-passwords -d 'Leave out password hashes, which only superusers can read'
complete -c pgx-globals -s x -l no-privileges -l no-acl -d 'No privileges on parameters and tablespaces'
complete -c pgx-globals -s O -l no-owner -d 'Changes nothing, as with pg_dumpall -g: tablespaces keep their owners'
complete -c pgx-globals -l no-tablespaces -d 'No tablespaces'
complete -c pgx-globals -l no-comments -d 'No comments'
complete -c pgx-globals -l no-security-labels -d 'No security labels'
complete -c pgx-globals -l sql -d 'Write a script for psql, as pg_dumpall --globals-only does'
complete -c pgx-globals -s c -l clean -d 'In a script, drop tablespaces and roles first'
complete -c pgx-globals -l if-exists -d 'With -c, drop only what is there'
complete -c pgx-globals -l quote-all-identifiers -d 'Quote all names, key words or not'
complete -c pgx-globals -l list-databases -d 'List the databases that a copy needs beside those that every cluster has, one a line, and nothing else'
complete -c pgx-globals -s v -l verbose -d 'Say more: one line an entry; twice: what happens inside'
complete -c pgx-globals -s q -l quiet -d 'Say nothing but errors'
complete -c pgx-globals -s V -l version -d 'Print the version'
complete -c pgx-globals -s ? -l help -d 'Print this help'
