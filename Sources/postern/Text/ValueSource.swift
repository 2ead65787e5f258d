import ArgumentParser
import FoundationEssentials
import Glibc
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
        guard case .file(let path) = self else { return Self.readInput() }
        // Opened for the reason of a failure, which the error of `Data` describes at length.
        try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec]).close()
        do { return Array(try Data(contentsOf: URL(filePath: path))) } catch {
            throw ValidationError("\(self) is no readable file")
        }
    }

    // By character, as the calls that read blocks take pointers, and a path such as /dev/stdin cannot be opened where
    // the input is a socket.
    private static func readInput() -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= maximumBytes, let byte = UInt8(exactly: getchar()) { bytes.append(byte) }
        return bytes
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
