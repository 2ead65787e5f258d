import ArgumentParser
import Postern
import PosternJSONRPC

/// The arguments of a call, parsed from the command line.
enum Arguments: Hashable, Sendable {
    case positional([Value])
    case named([Value.Member])

    /// Parses JSON values or `name=value` pairs; a value that is not JSON is text.
    ///
    /// - Parameter words: The words of the command line.
    /// - Throws: `ValidationError` for a mix of both, a repeated name, or incomplete JSON.
    init(_ words: [String]) throws {
        let pairs = words.map(Self.pair)
        let members = pairs.compactMap(\.self)
        guard !members.isEmpty else {
            self = .positional(try words.map(Self.value))
            return
        }
        guard members.count == words.count else {
            throw ValidationError("Arguments are either all in order or all name=value")
        }
        guard Set(members.map(\.name)).count == members.count else {
            throw ValidationError("An argument is given twice")
        }
        self = .named(try members.map { Value.Member(String($0.name), try Self.value(String($0.text))) })
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

    private static func pair(_ word: String) -> (name: Substring, text: Substring)? {
        guard let equals = word.firstIndex(of: "=") else { return nil }
        let name = word[..<equals]
        // A text with an equals sign, such as a URL, is a value unless it begins with an identifier.
        guard let first = name.first, first.isLetter || first == "_" else { return nil }
        guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { return nil }
        return (name, word[word.index(after: equals)...])
    }

    private static func value(_ text: String) throws -> Value {
        let bytes = Array(text.utf8)
        do {
            try JSON.validate(bytes.span)
            return try Value(decoding: Payload(bytes: bytes, codec: JSON.self))
        } catch {
            // Text that begins like JSON is most likely a mistake, such as missing quotes of the shell.
            if let first = text.first, "{[\"".contains(first) {
                throw ValidationError("\(text) is not JSON: \(error.message)")
            }
            return .string(text)
        }
    }
}
