complete -c pgx-toc -s F -l format -d 'Take only an archive of this form: pgx, custom, directory, tar (default: any)' -r
complete -c pgx-toc -s f -l file -d 'Write to FILE instead of standard output' -r -F
complete -c pgx-toc -l diff -d 'Compare with the archive OTHER: what only one of them has, and what differs' -r -F
complete -c pgx-toc -l section -d 'Only this section: pre-data, data or post-data; repeatable' -r -f -a "pre-data\t'Definitions that come before rows'
data\t'Rows, large objects, sequence values, statistics of tables'
post-data\t'Indexes, constraints, triggers and the like'"
complete -c pgx-toc -s n -l schema -d 'Only what is in schemas that match, and these schemas; repeatable' -r
complete -c pgx-toc -s N -l exclude-schema -d 'Without schemas that match' -r
complete -c pgx-toc -s t -l table -d 'Only tables, views and sequences that match, with all that belongs to them; repeatable' -r
complete -c pgx-toc -l table-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-toc -l exclude-table -d 'Without tables that match and all that belongs to them' -r
complete -c pgx-toc -l exclude-table-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-toc -l exclude-table-data -d 'Without the rows of tables that match' -r
complete -c pgx-toc -l exclude-table-data-and-children -d 'The same with partitions and tables that inherit' -r
complete -c pgx-toc -s I -l index -d 'These indexes; repeatable' -r
complete -c pgx-toc -s P -l function -d 'These functions, by pattern or as NAME(ARGTYPES); repeatable' -r
complete -c pgx-toc -s T -l trigger -d 'These triggers; repeatable' -r
complete -c pgx-toc -l extension -d 'These extensions; repeatable' -r
complete -c pgx-toc -l exclude-extension -d 'Without extensions that match' -r
complete -c pgx-toc -l filter -d 'Patterns from FILE: lines such as "include table sales.*"; repeatable' -r -F
complete -c pgx-toc -s L -l use-list -d 'Only the entries that FILE lists, in its order, in the format of pgx-toc' -r -F
complete -c pgx-toc -l progress -d 'How to show progress [auto, bar, lines, json, none]' -r -f -a "auto\t'A bar on a terminal, unless the output goes on to another program; otherwise nothing'
bar\t'A bar on a terminal, otherwise lines'
lines\t'A line every few seconds'
json\t'A JSON object every few seconds, one a line'
none\t'Nothing'"
complete -c pgx-toc -l log-format -d 'How to write messages [text, json]' -r -f -a "text\t'Lines for people'
json\t'One JSON object a line'"
complete -c pgx-toc -l generate -r -f -a "man\t'The man page'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c pgx-toc -l json -d 'Write one JSON object a line'
complete -c pgx-toc -s C -l create -d 'List the database itself, too'
complete -c pgx-toc -l check -d 'Read everything and say whether it is complete and unharmed'
complete -c pgx-toc -s l -l list -d 'List it line by line, as by default'
complete -c pgx-toc -l tree -d 'Show what belongs to what, as a tree'
complete -c pgx-toc -l sizes -d 'List how much each table holds: rows, bytes, bytes in the stream'
complete -c pgx-toc -l sql -d 'Write the statements of the entries'
complete -c pgx-toc -l roles -d 'List the roles that the entries name'
complete -c pgx-toc -l tee -d 'Pass the stream on to standard output; the list goes to standard error, or into the file of -f'
complete -c pgx-toc -s a -l data-only -d 'Only rows, large objects and sequence values'
complete -c pgx-toc -s s -l schema-only -d 'Only definitions'
complete -c pgx-toc -l statistics-only -d 'Only statistics'
complete -c pgx-toc -l bare -d 'What is named comes alone, as pg_restore takes it'
complete -c pgx-toc -l with-dependencies -d 'What the rest needs comes, too'
complete -c pgx-toc -l strict-names -d 'Fail when a pattern matches nothing'
complete -c pgx-toc -s b -l large-objects -l blobs -d 'Large objects, although only parts are named'
complete -c pgx-toc -s B -l no-large-objects -l no-blobs -d 'Without large objects'
complete -c pgx-toc -l no-schema -d 'Without definitions'
complete -c pgx-toc -l no-data -d 'Without rows, large objects and sequence values'
complete -c pgx-toc -l no-statistics -d 'Without statistics'
complete -c pgx-toc -l statistics -d 'With statistics, as by default'
complete -c pgx-toc -s x -l no-privileges -l no-acl -d 'Without privileges'
complete -c pgx-toc -l no-comments -d 'Without comments'
complete -c pgx-toc -l no-security-labels -d 'Without security labels'
complete -c pgx-toc -l no-publications -d 'Without publications'
complete -c pgx-toc -l no-subscriptions -d 'Without subscriptions'
complete -c pgx-toc -l no-policies -d 'Without row security'
complete -c pgx-toc -s v -l verbose -d 'Say more: one line an entry; twice: what happens inside'
complete -c pgx-toc -s q -l quiet -d 'Say nothing but errors'
complete -c pgx-toc -s V -l version -d 'Print the version'
complete -c pgx-toc -s ? -l help -d 'Print this help'
