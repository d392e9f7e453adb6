complete -c pgx-filter -s f -l file -d 'Write to FILE instead of standard output' -r -F
complete -c pgx-filter -s F -l format -d 'Write a stream (pgx), or an archive for pg_restore: custom, directory, tar (default: pgx)' -r
complete -c pgx-filter -l pg-restore -d 'With -F, the oldest pg_restore that must read it (default: 18)' -r
complete -c pgx-filter -s Z -l compress -d 'Compress rows anew: none, zstd[:LEVEL], gzip[:LEVEL], with -F also lz4' -r
complete -c pgx-filter -l rate-limit -d 'Send at most so many bytes a second: 50MB, 800kB' -r
complete -c pgx-filter -l rename-schema -d 'Have whoever loads the stream call schema OLD of it NEW' -r
complete -c pgx-filter -l buffer -d 'Read ahead of a slow reader, up to so many bytes: 64MB, 1GB' -r
complete -c pgx-filter -l section -d 'Only this section: pre-data, data or post-data; repeatable' -r -f -a "pre-data\t'Definitions that come before rows'
data\t'Rows, large objects, sequence values, statistics of tables'
post-data\t'Indexes, constraints, triggers and the like'"
complete -c pgx-filter -s n -l schema -d 'Only what is in schemas that match, and these schemas; repeatable' -r
complete -c pgx-filter -s N -l exclude-schema -d 'Without schemas that match' -r
complete -c pgx-filter -s t -l table -d 'Only tables, views and sequences that match, with all that belongs to them; repeatable' -r
complete -c pgx-filter -l table-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-filter -l exclude-table -d 'Without tables that match and all that belongs to them' -r
complete -c pgx-filter -l exclude-table-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-filter -l exclude-table-data -d 'Without the rows of tables that match' -r
complete -c pgx-filter -l exclude-table-data-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-filter -s I -l index -d 'These indexes; repeatable' -r
complete -c pgx-filter -s P -l function -d 'These functions, by pattern or as NAME(ARGTYPES); repeatable' -r
complete -c pgx-filter -s T -l trigger -d 'These triggers; repeatable' -r
complete -c pgx-filter -l extension -d 'These extensions; repeatable' -r
complete -c pgx-filter -l exclude-extension -d 'Without extensions that match' -r
complete -c pgx-filter -l filter -d 'Patterns from FILE: lines such as "include table sales.*"; repeatable' -r -F
complete -c pgx-filter -s L -l use-list -d 'Only the entries that FILE lists, in its order, in the format of pgx-toc' -r -F
complete -c pgx-filter -l progress -d 'How to show progress [auto, bar, lines, json, none]' -r -f -a "auto\t'A bar on a terminal, unless the output goes on to another program; otherwise nothing'
bar\t'A bar on a terminal, otherwise lines'
lines\t'A line every few seconds'
json\t'A JSON object every few seconds, one a line'
none\t'Nothing'"
complete -c pgx-filter -l log-format -d 'How to write messages [text, json]' -r -f -a "text\t'Lines for people'
json\t'One JSON object a line'"
complete -c pgx-filter -l generate -r -f -a "man\t'The man page'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c pgx-filter -s a -l data-only -d 'Only rows, large objects and sequence values'
complete -c pgx-filter -s s -l schema-only -d 'Only definitions'
complete -c pgx-filter -l statistics-only -d 'Only statistics'
complete -c pgx-filter -l bare -d 'What is named comes alone, as pg_restore takes it'
complete -c pgx-filter -l with-dependencies -d 'What the rest needs comes, too'
complete -c pgx-filter -l strict-names -d 'Fail when a pattern matches nothing'
complete -c pgx-filter -s b -l large-objects -l blobs -d 'Large objects, although only parts are named'
complete -c pgx-filter -s B -l no-large-objects -l no-blobs -d 'Without large objects'
complete -c pgx-filter -l no-schema -d 'Without definitions'
complete -c pgx-filter -l no-data -d 'Without rows, large objects and sequence values'
complete -c pgx-filter -l no-statistics -d 'Without statistics'
complete -c pgx-filter -l statistics -d 'With statistics, as by default'
complete -c pgx-filter -s x -l no-privileges -l no-acl -d 'Without privileges'
complete -c pgx-filter -l no-comments -d 'Without comments'
complete -c pgx-filter -l no-security-labels -d 'Without security labels'
complete -c pgx-filter -l no-publications -d 'Without publications'
complete -c pgx-filter -l no-subscriptions -d 'Without subscriptions'
complete -c pgx-filter -l no-policies -d 'Without row security'
complete -c pgx-filter -s v -l verbose -d 'Say more: one line an entry; twice: what happens inside'
complete -c pgx-filter -s q -l quiet -d 'Say nothing but errors'
complete -c pgx-filter -s V -l version -d 'Print the version'
complete -c pgx-filter -s ? -l help -d 'Print this help'
