complete -c pgx-load -s d -l dbname -d 'Database, connection URI or key=value string' -r
complete -c pgx-load -s h -l host -d 'Server host or socket directory' -r
complete -c pgx-load -s p -l port -d 'Server port' -r
complete -c pgx-load -s U -l username -d 'User to connect as' -r
complete -c pgx-load -l role -d 'Role to work as after connecting (SET ROLE)' -r
complete -c pgx-load -s f -l file -d 'Write a script for psql to FILE (- for standard output) instead of loading' -r -F
complete -c pgx-load -s j -l jobs -d 'Load with N sessions at once (default: up to 4, not more than cores, at least 2)' -r
complete -c pgx-load -l buffer -d 'Rows that may wait in memory for the target (default: 64MB)' -r
complete -c pgx-load -l restrict-key -d 'In a script, the key of \\restrict: letters and digits' -r
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
complete -c pgx-load -l no-analyze -d 'Do not ANALYZE what was loaded'
complete -c pgx-load -s a -l data-only -d 'Only rows, large objects and sequence values'
complete -c pgx-load -s s -l schema-only -d 'Only definitions'
complete -c pgx-load -s O -l no-owner -d 'Do not set owners'
complete -c pgx-load -s x -l no-privileges -l no-acl -d 'Do not grant or revoke'
complete -c pgx-load -l no-tablespaces -d 'Do not set tablespaces'
complete -c pgx-load -l no-table-access-method -d 'Do not set table access methods'
complete -c pgx-load -l no-comments -d 'Leave out comments'
complete -c pgx-load -l no-security-labels -d 'Leave out security labels'
complete -c pgx-load -l no-publications -d 'Leave out publications'
complete -c pgx-load -l no-subscriptions -d 'Leave out subscriptions'
complete -c pgx-load -l no-policies -d 'Leave out row security'
complete -c pgx-load -s v -l verbose -d 'Say more: one line an entry; twice: what happens inside'
complete -c pgx-load -s q -l quiet -d 'Say nothing but errors'
complete -c pgx-load -s V -l version -d 'Print the version'
complete -c pgx-load -s ? -l help -d 'Print this help'
