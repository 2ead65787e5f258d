import ArgumentParser

/// The completion of names by the server that the command line names, and its script for bash.
enum Completion {
    /// Names of methods.
    static let methods = CompletionKind.custom { words, _, _ in await NameLookup.names(["methods"], words) }
    /// Names of topics.
    static let topics = CompletionKind.custom { words, _, _ in await NameLookup.names(["topics"], words) }
    /// Names of methods and topics.
    static let all = CompletionKind.custom { words, _, _ in await NameLookup.names(["methods", "topics"], words) }

    /// Returns the script of the argument parser, extended for addresses.
    ///
    /// Bash divides words at colons, so that `ws://127.0.0.1:8080/rpc` would be five arguments.
    static func bashScript(_ generated: String) -> String {
        generated + """

            # Completes by words that are divided at spaces alone, as addresses contain colons.
            __postern_whole_words() {
                local -a words
                local line="${COMP_LINE:0:COMP_POINT}"
                IFS=$' \\t' read -ra words <<<"${line}"
                [[ "${line}" == *[$' \\t'] ]] && words+=('')
                local -a COMP_WORDS=("${words[@]}")
                local -i COMP_CWORD=$((${#words[@]} - 1))
                _postern "${1}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            }
            complete -o filenames -F __postern_whole_words postern
            """
    }

    /// Whether the arguments of the program request the script.
    static func isScriptRequested(by arguments: [String]) -> Bool {
        ["--generate-completion-script bash", "--generate-completion-script=bash"]
            .contains(arguments.dropFirst().joined(separator: " "))
    }
}
