internal import Postern

/// The members of an object that may be a reference, collected in the order of the text.
///
/// The marker may be the last member, so that `handle` and `kind` are noted before it is known whether they matter.
struct ReferenceDraft {
    /// The marker of an object of the sender.
    static let lent: UInt64 = 1
    /// The marker of an object of the receiver.
    static let returned: UInt64 = 0

    private var mark: UInt64?
    private var handle: UInt64?
    private var kind = ReferenceKind.object
    /// Whether the marker or the handle is repeated or no integer.
    private var hasFault = false

    /// Notes a member, from the range of its name between the quotes and the range of its value.
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

    /// The reference, once all members are noted; `nil` for an object without the marker.
    ///
    /// - Throws: `.typeMismatch` for a reference without a valid handle.
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
        // Any object may have members of these names: the fault matters only if the object has the marker.
        if known != nil || result == nil { hasFault = true }
        return result
    }
}

/// The name of the member that marks an object as a reference.
enum ReferenceMarker {
    /// The size of the name in bytes; most other names differ in size, and are not compared.
    static let count = 19

    /// Whether a name is the marker; a name with escapes never is.
    @inline(never)
    static func matches(_ name: Span<UInt8>) -> Bool { JSON.isWord(name, "__jsonrpc_marshaled") }
}
