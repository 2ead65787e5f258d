import Postern

/// The name of a Unix socket: the path of a file, or `@` followed by a name in the abstract namespace of Linux.
struct UnixSocketName: Hashable, Sendable {
    /// The most bytes of a path or an abstract name: `sockaddr_un` has 108, one of them for a NUL.
    static let maximumBytes = 107

    /// The text of ``Address/unix(path:)``.
    let text: String
    /// Whether the name is abstract, without a file.
    let isAbstract: Bool

    /// Creates a name from text.
    ///
    /// - Throws: `CallError` with `.invalidRequest` for a name that is empty, too long, or contains a NUL byte.
    init(_ text: String) throws(CallError) {
        self.text = text
        isAbstract = text.utf8.first == UInt8(ascii: "@")
        let what = isAbstract ? "abstract name" : "path"
        guard !name.isEmpty else { throw Self.refusal(text, "the \(what) is empty") }
        guard !name.contains(0) else { throw Self.refusal(text, "the \(what) holds a NUL byte") }
        guard name.count <= Self.maximumBytes else {
            let size = "\(name.count) bytes, and the system takes at most \(Self.maximumBytes)"
            throw Self.refusal(text, "the \(what) has \(size); choose a shorter one")
        }
    }

    /// The bytes for the system: an abstract name begins with a NUL, a path ends with one.
    var bytes: [UInt8] { isAbstract ? [0] + name : name + [0] }

    /// The folder of the file.
    var folder: String {
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == text.startIndex ? "/" : String(text[..<slash])
    }

    private var name: [UInt8] { Array(isAbstract ? text.utf8.dropFirst() : text.utf8[...]) }

    private static func refusal(_ text: String, _ reason: String) -> CallError {
        CallError(.invalidRequest, "\("unix:\(text)".debugDescription) is not an address: \(reason)", ran: .no)
    }
}
