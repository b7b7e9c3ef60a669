# Completes cbr in fish. `cbr completions --help` says how to install it.
#
# Knows no flag and no value: cbr itself says what can follow the words typed so far.

function __cbr_answer
    # fish reports a missing command whatever becomes of its stderr.
    command --query cbr
    or return
    set --local words (commandline --current-process --tokenize --cut-at-cursor)
    set --local word (commandline --current-token --cut-at-cursor)
    command cbr completions -- $words $word 2>/dev/null
end

function __cbr_wants_file
    __cbr_answer | string match --quiet 'files *'
end

function __cbr_values
    set --local answer (__cbr_answer)
    set --local prefix (string replace --regex '^words ' '' -- $answer[1])
    for value in $answer[2..]
        printf '%s\n' $prefix$value
    end
end

complete --command cbr --erase
complete --command cbr --no-files --keep-order --arguments '(__cbr_values)'
complete --command cbr --condition __cbr_wants_file --force-files
