import ArgumentParser
import Postern
import PosternJSONRPC

/// The arguments of a call, parsed from the command line.
enum Arguments: Hashable, Sendable {
    case positional([Value])
    case named([Value.Member])

    /// Returns the text of an argument that is read from elsewhere.
    typealias Reading = (ValueSource) throws -> String

    /// Parses JSON values or `name=value` pairs; a value that is not JSON is text.
    ///
    /// - Parameters:
    ///   - words: The words of the command line.
    ///   - read: Reads a value that is `-` or `@file`, which has to be named when there are others.
    /// - Throws: `ValidationError` for a mix of both, a repeated name, or incomplete JSON, and the errors of `read`.
    init(_ words: [String], reading read: Reading = { try $0.text() }) throws {
        let pairs = words.map(Self.pair)
        let members = pairs.compactMap(\.self)
        guard !members.isEmpty else {
            if let word = words.first(where: { ValueSource($0) != nil }) {
                throw ValidationError("\(word) among other arguments needs a name, as in name=\(word)")
            }
            self = .positional(try words.map { try Self.value($0) })
            return
        }
        guard members.count == words.count else {
            throw ValidationError("Arguments are either all in order or all name=value")
        }
        guard Set(members.map(\.name)).count == members.count else {
            throw ValidationError("An argument is given twice")
        }
        self = .named(
            try members.map { name, text in
                let source = ValueSource(text)
                let value = try source.map { try Self.value(try read($0), of: "\($0)") } ?? Self.value(String(text))
                return Value.Member(String(name), value)
            }
        )
    }

    /// Parses a JSON array or object with all arguments.
    ///
    /// - Parameters:
    ///   - json: The text.
    ///   - source: The origin of the text, for errors.
    /// - Throws: `ValidationError` for other text.
    init(json: String, of source: String) throws {
        switch Result(catching: { () throws(PayloadError) in try Self.parsed(json) }) {
        case .success(.array(let values)): self = .positional(values)
        case .success(.map(let members)): self = .named(members)
        case .success: throw ValidationError("\(source) must hold a JSON array or object with all arguments")
        case .failure(let error): throw ValidationError("\(source) is not JSON: \(error.message)")
        }
    }

    /// The arguments as one array or map.
    var value: Value {
        switch self {
        case .positional(let values): .array(values)
        case .named(let members): .map(members)
        }
    }

    /// Returns the arguments encoded with a codec.
    func encoded(as codec: any PayloadCodec.Type) throws(CallError) -> Payload {
        var json = Payload(bytes: [], codec: JSON.self)
        do throws(PayloadError) {
            try JSON.encode(value, into: &json.bytes)
            return try json.transcodedArguments(to: codec)
        } catch {
            throw CallError(error)
        }
    }

    /// Returns the parts of `name=value`, or `nil` for a word that is a value.
    static func pair(_ word: String) -> (name: Substring, text: Substring)? {
        guard let equals = word.firstIndex(of: "=") else { return nil }
        let name = word[..<equals]
        // A text with an equals sign, such as a URL, is a value unless it begins with an identifier.
        guard let first = name.first, first.isLetter || first == "_" else { return nil }
        guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { return nil }
        return (name, word[word.index(after: equals)...])
    }

    /// Returns the value of JSON, or else the text itself.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - source: The origin of text that was read; its final line feed is no part of it.
    /// - Returns: The value.
    /// - Throws: `ValidationError` for incomplete JSON.
    private static func value(_ text: String, of source: String? = nil) throws -> Value {
        let text = source != nil && text.hasSuffix("\n") ? String(text.dropLast()) : text
        do { return try parsed(text) } catch {
            // Text that begins like JSON is most likely a mistake, such as missing quotes of the shell.
            if let first = text.first, "{[\"".contains(first) {
                throw ValidationError("\(source ?? text) is not JSON: \(error.message)")
            }
            return .string(text)
        }
    }

    private static func parsed(_ text: String) throws(PayloadError) -> Value {
        let bytes = Array(text.utf8)
        try JSON.validate(bytes.span)
        return try Value(decoding: Payload(bytes: bytes, codec: JSON.self))
    }
}
