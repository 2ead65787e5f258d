import ArgumentParser
import SystemPackage

/// The place from which an argument is read: `-` or `@file`.
enum ValueSource: Hashable, Sendable {
    case standardInput
    case file(String)

    /// The maximum size of an argument, which is that of the largest message that a gateway can be configured for.
    private static let maximumBytes = 64 << 20

    /// Parses a word; returns `nil` for one that is the argument itself.
    init?(_ word: some StringProtocol) {
        if word == "-" {
            self = .standardInput
        } else if word.hasPrefix("@"), word.count > 1 {
            self = .file(String(word.dropFirst()))
        } else {
            return nil
        }
    }

    /// Reads the text to its end.
    ///
    /// - Throws: `ValidationError` for a file that cannot be read, and for text that is not UTF-8.
    func text() throws -> String {
        let bytes: [UInt8]
        do { bytes = try read() } catch let error as Errno {
            throw ValidationError("\(self) cannot be read: \(error)\(hint)")
        }
        guard bytes.count <= Self.maximumBytes else { throw ValidationError("\(self) is larger than 64 MiB") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw ValidationError("\(self) is not UTF-8") }
        return text
    }

    private func read() throws -> [UInt8] {
        // Not opened by a path such as /dev/stdin, which is not possible where the input is a socket.
        let limit = Self.maximumBytes
        guard case .file(let path) = self else { return try FileDescriptor.standardInput.bytes(upTo: limit) }
        let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
        return try file.closeAfter { try file.bytes(upTo: limit) }
    }

    private var hint: String { self == .standardInput ? "" : #"; text that begins with @ is quoted, as in '"@name"'"# }
}

extension ValueSource: CustomStringConvertible {
    var description: String {
        switch self {
        case .standardInput: "Standard input"
        case .file(let path): "@\(path)"
        }
    }
}
