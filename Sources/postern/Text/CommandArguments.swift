import ArgumentParser

/// The arguments of a call on the command line, before files and standard input are read.
struct CommandArguments: Hashable, Sendable {
    private let words: [String]
    /// The word that holds all arguments; `nil` when each argument has its own word.
    private let whole: String?

    /// Creates the source for the value of `--data`.
    ///
    /// - Throws: `ValidationError` for text that is no JSON array or object.
    init(data: String) throws {
        (words, whole) = ([], data)
        if ValueSource(data) == nil { _ = try Arguments(json: data, of: "--data") }
    }

    /// Creates the source for JSON values, `name=value` pairs, or a single `-` or `@file`.
    ///
    /// - Throws: `ValidationError` for words that are ambiguous or no JSON.
    init(words: [String]) throws {
        self.words = words
        whole = words.count == 1 && ValueSource(words[0]) != nil ? words[0] : nil
        guard whole == nil else { return }
        var count = 0
        _ = try Arguments(words) { source in
            count += source == .standardInput ? 1 : 0
            guard count < 2 else { throw ValidationError("Standard input holds one argument only") }
            return "null"
        }
    }

    /// Reads the files that are named, or standard input.
    ///
    /// - Throws: `ValidationError` for what cannot be read or is no JSON.
    func read() throws -> Arguments {
        guard let whole else { return try Arguments(words) { try $0.text() } }
        guard let source = ValueSource(whole) else { return try Arguments(json: whole, of: "--data") }
        return try Arguments(json: try source.text(), of: "\(source)")
    }
}
