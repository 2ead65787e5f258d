import Postern

/// Remarks on errors of calls that a mistake on the command line may explain.
enum CallHint {
    /// Returns a sentence without a full stop, or `nil` for errors that explain themselves.
    ///
    /// - Parameters:
    ///   - error: The error of a call.
    ///   - words: The words of the command line with its arguments.
    /// - Returns: The sentence.
    static func sentence(for error: RemoteError, words: [String]) -> String? {
        switch CallError.Code(rawValue: error.code) {
        case .methodNotFound: "postern describe lists the methods of the server"
        case .invalidParameters: whole(words) ?? unintended(words, error.message)
        default: nil
        }
    }

    /// An array or object as the only argument, which was most likely meant to hold all of them.
    private static func whole(_ words: [String]) -> String? {
        guard words.count == 1, let first = words[0].first, "[{".contains(first) else { return nil }
        let kind = first == "[" ? "array" : "object"
        return "the \(kind) is one argument; --data passes an \(kind) with all arguments"
    }

    /// A value with an equals sign that was taken for `name=value`, such as the padding of base64.
    private static func unintended(_ words: [String], _ message: String) -> String? {
        for word in words {
            guard let (name, text) = Arguments.pair(word) else { continue }
            guard message.contains("has no parameter \(name)") else { continue }
            guard words.count == 1 || text.isEmpty || text == "=" else { continue }
            let shown = Printable.text(word)
            return "\(shown) is read as an argument named \(name); as a value it is quoted twice: '\"\(shown)\"'"
        }
        return nil
    }
}
