internal import Postern

/// The members of an object that may turn out to be a reference, as they are met.
struct ReferenceDraft {
    static let lent: UInt64 = 1
    static let returned: UInt64 = 0

    private var mark: UInt64?
    private var handle: UInt64?
    private var kind = ReferenceKind.object
    private var hasFault = false

    /// Takes note of a member: the range of its name between quotes, and that of its value.
    mutating func note(_ name: Range<Int>, _ value: Range<Int>, in bytes: Span<UInt8>) throws(PayloadError) {
        switch name.count {
        case ReferenceMarker.count where ReferenceMarker.matches(bytes.extracting(name)):
            mark = try number(mark, bytes.extracting(value)) ?? .max
        case 6 where JSON.isWord(bytes.extracting(name), "handle"):
            handle = try number(handle, bytes.extracting(value))
        case 4 where JSON.isWord(bytes.extracting(name), "kind"):
            if JSON.isWord(bytes.extracting(value), #""function""#) { kind = .function }
        default: break
        }
    }

    /// The reference, once all members are noted; `nil` for an object without the mark.
    ///
    /// - Throws: `.typeMismatch` for one without a usable handle.
    var reference: WireReference? {
        get throws(PayloadError) {
            guard let mark else { return nil }
            guard !hasFault, let handle, mark == Self.lent || mark == Self.returned else {
                throw PayloadError(.typeMismatch, "a reference has a mark of 1 or 0, and a handle")
            }
            return WireReference(isReturned: mark == Self.returned, kind: kind, number: handle)
        }
    }

    private mutating func number(_ known: UInt64?, _ value: Span<UInt8>) throws(PayloadError) -> UInt64? {
        let result = try JSON.kind(of: value) == .integer ? try? JSON.readUInt64(value) : nil
        // Names that any object may have are no fault, unless it is a reference.
        if known != nil || result == nil { hasFault = true }
        return result
    }
}

/// The name of the member that makes an object a reference.
enum ReferenceMarker {
    /// Its length in bytes, so that most names are told apart by that alone.
    static let count = 19

    /// Whether a name without escapes is the one.
    @inline(never)
    static func matches(_ name: Span<UInt8>) -> Bool { JSON.isWord(name, "__jsonrpc_marshaled") }
}
