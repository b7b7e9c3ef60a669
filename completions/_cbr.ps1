# Completes cbr in PowerShell. `cbr completions --help` says how to install it.
#
# Knows no flag and no value: cbr itself says what can follow the words typed so far.

Register-ArgumentCompleter -Native -CommandName cbr -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $words = @()
    $word = ''
    foreach ($element in $commandAst.CommandElements) {
        $text = $element.Extent.Text
        if ($element.Extent.EndOffset -lt $cursorPosition) {
            $words += $text
        } elseif ($element.Extent.StartOffset -lt $cursorPosition) {
            $word = $text.Substring(0, $cursorPosition - $element.Extent.StartOffset)
        }
    }
    # Of the last word, PowerShell replaces the part after a comma alone.
    $kept = [Math]::Max(0, $word.Length - $wordToComplete.Length)
    # Older versions drop an empty argument; cbr drops an opening quote.
    if ($word -eq '') {
        $word = '""'
    }

    $answer = @(& cbr completions '--' @words $word 2>$null)
    $kind, $prefix = "$($answer[0])" -split ' ', 2
    # Without a result PowerShell itself completes the names of files.
    if ($kind -eq 'words') {
        foreach ($line in $answer | Select-Object -Skip 1) {
            $value, $help = $line -split "`t", 2
            if (-not $help) {
                $help = $value
            }
            $text = "$prefix$value".Substring($kept)
            if ($text.Contains(' ')) {
                $text = "'$text'"
            }
            [System.Management.Automation.CompletionResult]::new(
                $text, $value, 'ParameterValue', $help)
        }
    }
}
