# Completes cbr in bash. `cbr completions --help` says how to install it.
#
# Knows no flag and no value: cbr itself says what can follow the words typed so far.

_cbr() {
    COMPREPLY=()

    # bash splits the line also at `:` and `=`; for cbr, what no blank separates is one word.
    local words=() last=-1 rest=${COMP_LINE:0:COMP_POINT} trimmed piece index
    for ((index = 0; index <= COMP_CWORD; index++)); do
        trimmed=${rest#"${rest%%[![:space:]]*}"}
        if [[ $index -eq 0 || $trimmed != "$rest" ]]; then
            last=$((last + 1))
        fi
        piece=${COMP_WORDS[index]}
        if [[ $index -eq $COMP_CWORD ]]; then
            piece=$trimmed # up to the cursor, that is
        fi
        words[last]+=$piece
        rest=${trimmed#"$piece"}
    done

    # The target of a redirection.
    local redirection='^[0-9&]*[<>]'
    if [[ ${words[last]} =~ $redirection || ${words[last - 1]} =~ ${redirection}[\<\>\&\|]*$ ]]; then
        compopt -o default 2>/dev/null
        return
    fi

    # Of the last word, readline replaces $2 alone. Within quotes a space needs no backslash.
    local kept=${words[last]%"$2"} quotes=${words[last]//[!\"\']/} kind prefix value
    kept=${kept//[\"\']/}
    {
        IFS=' ' read -r kind prefix
        while IFS=$'\t' read -r value _; do
            value=$prefix$value
            if [[ -z $quotes ]]; then
                value=${value// /\\ }
            fi
            COMPREPLY+=("${value#"$kept"}")
        done
    } < <(command cbr completions -- "${words[@]}" 2>/dev/null)

    if [[ $kind == files ]]; then
        if [[ $kept == "$prefix"* ]]; then
            compopt -o default 2>/dev/null
            return
        fi
        # Where `=` does not split words, readline would look for a file called `--log=…`.
        compopt -o filenames 2>/dev/null
        while IFS= read -r value; do
            COMPREPLY+=("$prefix$value")
        done < <(compgen -f -- "${2#"$prefix"}")
    fi
}

complete -o bashdefault -F _cbr cbr
