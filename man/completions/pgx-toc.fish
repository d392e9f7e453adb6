complete -c pgx-toc -s f -l file -d 'Write to FILE instead of standard output' -r -F
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
complete -c pgx-toc -s v -l verbose -d 'Say more: one line an entry; twice: what happens inside'
complete -c pgx-toc -s q -l quiet -d 'Say nothing but errors'
complete -c pgx-toc -s V -l version -d 'Print the version'
complete -c pgx-toc -s ? -l help -d 'Print this help'
