# Completes cbr in fish. `cbr completions --help` says how to install it.
#
# Knows no flag and no value: cbr itself says what can follow the words typed so far.

function __cbr_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l word (commandline --current-token --cut-at-cursor)
    # Variables set for this one run.
    while string match --quiet --regex '^\w+=' -- $words[1]
        set --erase words[1]
    end

    set -l answer (command cbr completions -- $words $word 2>/dev/null)
    or return
    set -l prefix (string replace --regex '^\w+ ' '' -- $answer[1])
    switch $answer[1]
        case 'files *'
            for file in (__fish_complete_path (string replace -- $prefix '' $word))
                printf '%s\n' $prefix$file
            end
        case 'words *'
            for value in $answer[2..]
                printf '%s\n' $prefix$value
            end
    end
end

complete --command cbr --erase
complete --command cbr --no-files --keep-order --arguments '(__cbr_complete)'
