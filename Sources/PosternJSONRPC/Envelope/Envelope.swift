/// One JSON-RPC message object, taken apart in place: where its members stand, and what is wrong with it.
struct Envelope {
    /// The bytes of the id as they came, quotes included; empty when there is none that can be echoed.
    var id = 0..<0
    /// The name of the method between its quotes; in a response, which has none, the result or the error.
    var method = 0..<0
    /// The bytes of the params; empty for none.
    var params = 0..<0
    /// The bytes of the `meta` object; empty for none.
    var meta = 0..<0
    /// The text of the W3C trace parent and state between their quotes; empty for none.
    var traceparent = 0..<0
    var tracestate = 0..<0
    /// Which members were seen.
    var members: Members = []
    /// Whether the method's name holds escapes.
    var methodHasEscapes = false
    /// The first thing that makes it no request.
    var fault: Fault?

    /// A call nobody wants an answer to.
    var isNotification: Bool { !members.contains(.id) }

    /// Whether an object among its values may be a reference.
    @inline(__always)
    var holdsReferences: Bool {
        get { members.contains(.reference) }
        set { if newValue { members.insert(.reference) } }
    }

    /// The bytes of the result or the error of a response.
    var outcome: Range<Int> { method }

    /// Whether it answers something, rather than asking.
    var isResponse: Bool { !members.contains(.method) && !members.isDisjoint(with: [.result, .error]) }

    /// Remembers the first fault.
    mutating func mark(_ fault: Fault) {
        if self.fault == nil { self.fault = fault }
    }

    /// The members that JSON-RPC and its extensions know.
    struct Members: OptionSet {
        let rawValue: UInt16

        static let version = Members(rawValue: 1)
        static let id = Members(rawValue: 2)
        static let method = Members(rawValue: 4)
        static let params = Members(rawValue: 8)
        static let meta = Members(rawValue: 16)
        static let result = Members(rawValue: 32)
        static let error = Members(rawValue: 64)
        static let traceparent = Members(rawValue: 128)
        static let tracestate = Members(rawValue: 256)
        /// No member of the message itself, but of an object in it.
        static let reference = Members(rawValue: 512)
    }

    /// Why well-formed JSON is no valid request.
    enum Fault {
        case notAnObject
        case duplicateMember
        case tooManyMembers
        case wrongVersion
        case wrongID
        case wrongMethod
        case wrongParams
        case wrongMeta
        /// A value beside the params cannot be used.
        case defective(JSONDefect)
        case defectiveParams(JSONDefect)

        /// The fault for people.
        var explanation: String {
            switch self {
            case .notAnObject: "a request is an object"
            case .duplicateMember: "a member is given twice"
            case .tooManyMembers: "a request has at most 64 members of other names"
            case .wrongVersion: "jsonrpc must be \"2.0\""
            case .wrongID: "an id is a string of at most 128 bytes, an integer or null"
            case .wrongMethod: "method must be a string of at most 128 bytes"
            case .wrongParams: "params must be an array or an object"
            case .wrongMeta: "meta must be an object"
            case .defective(let defect), .defectiveParams(let defect): defect.explanation
            }
        }
    }
}
