namespace MapReduce.Cli.Completion;

/// <summary>Scripts that let shells ask <c>mr complete</c>. They know no command and no option, so they stay right when those change.</summary>
internal static class ShellScripts
{
    /// <summary>The scripts by shell.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string> { ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish, ["pwsh"] = PowerShell };

    private const string Bash = """
        # mr for bash: source <(mr completion bash)
        _mr() {
            local word current="${COMP_WORDS[COMP_CWORD]}"
            COMPREPLY=()
            while IFS=$'\t' read -r word _; do
                if [[ $word == ':files' ]]; then
                    compopt -o filenames 2>/dev/null
                    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
                else
                    COMPREPLY+=("$word")
                fi
            done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        }
        complete -F _mr mr

        """;

    private const string Zsh = """
        #compdef mr
        # mr for zsh: source <(mr completion zsh), after compinit
        _mr() {
            local word description
            local -a candidates
            while IFS=$'\t' read -r word description; do
                if [[ $word == ':files' ]]; then
                    _files
                else
                    candidates+=("${word//:/\\:}${description:+:$description}")
                fi
            done < <("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
            (( ${#candidates} )) && _describe 'mr' candidates
        }
        compdef _mr mr

        """;

    private const string Fish = """
        # mr for fish: mr completion fish | source
        function __mr_complete
            set -l before (commandline -opc)
            set -l current (commandline -ct)
            for line in (mr complete -- $before[2..-1] "$current" 2>/dev/null)
                if test "$line" = ':files'
                    __fish_complete_path "$current"
                else
                    printf '%s\n' $line
                end
            end
        end
        complete -c mr -f -a '(__mr_complete)'

        """;

    private const string PowerShell = """
        # mr for PowerShell: mr completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName mr -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text.Trim('"', "'") })
            # Some versions drop an empty word on its way to a program.
            if ($wordToComplete -eq '') { $words += ' ' }
            & $commandAst.CommandElements[0].Extent.Text complete '--' @words 2>$null | ForEach-Object {
                $word, $description = $_ -split "`t", 2
                if ($word -eq ':files') {
                    [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
                } else {
                    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $(if ($description) { $description } else { $word }))
                }
            }
        }

        """;
}
