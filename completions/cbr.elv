# Completes cbr in elvish. `cbr completions --help` says how to install it.
#
# Knows no flag and no value: cbr itself says what can follow the words typed so far.

use str

set edit:completion:arg-completer[cbr] = {|@words|
    var answer = [(try { (external cbr) completions -- $@words 2>/dev/null | from-lines } catch { })]
    if (eq $answer []) {
        return
    }
    var kind prefix = (str:split &max=2 ' ' $answer[0])
    if (eq $kind files) {
        edit:complete-filename (str:trim-prefix $words[-1] $prefix) | each {|file|
            edit:complex-candidate $prefix$file[stem] &code-suffix=$file[code-suffix] &display=$file[display]
        }
        return
    }
    for line $answer[1..] {
        var value @help = (str:split "\t" $line)
        edit:complex-candidate $prefix$value &code-suffix=' ' &display=(str:join '  ' [$value $@help])
    }
}
