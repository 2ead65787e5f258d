/// The members of a JSON-RPC message object, as ranges of its bytes, and the first fault that makes it invalid.
struct Envelope {
    /// The bytes of the id, quotes included; empty without a valid id.
    var id = 0..<0
    /// The name of the method between its quotes; in a response, the result or the error.
    ///
    /// One range for both, because an envelope is passed by value for every message.
    var method = 0..<0
    /// The bytes of the params; empty without params.
    var params = 0..<0
    /// The bytes of the `meta` object; empty without one.
    var meta = 0..<0
    /// The text of the W3C `traceparent` between its quotes; empty without one.
    var traceparent = 0..<0
    /// The text of the W3C `tracestate` between its quotes; empty without one.
    var tracestate = 0..<0
    /// The known members that the object has.
    var members: Members = []
    /// Whether the name of the method has escapes.
    var methodHasEscapes = false
    /// The first fault that makes the object no valid request.
    var fault: Fault?

    /// Whether the request has no id, and is not to be answered.
    var isNotification: Bool { !members.contains(.id) }

    /// Whether an object among the values may be a reference; once set, it stays set.
    @inline(__always)
    var holdsReferences: Bool {
        get { members.contains(.reference) }
        set { if newValue { members.insert(.reference) } }
    }

    /// The bytes of the result or the error of a response.
    var outcome: Range<Int> { method }

    /// Whether the object is a response.
    var isResponse: Bool { !members.contains(.method) && !members.isDisjoint(with: [.result, .error]) }

    /// Sets the fault, unless there is one.
    mutating func mark(_ fault: Fault) {
        if self.fault == nil { self.fault = fault }
    }

    /// A set of the members of JSON-RPC and its extensions.
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
        /// No member of the message, but the marker of a reference in one of its values.
        static let reference = Members(rawValue: 512)
    }

    /// A reason for which well-formed JSON is no valid request.
    enum Fault {
        case notAnObject
        case duplicateMember
        case tooManyMembers
        case wrongVersion
        case wrongID
        case wrongMethod
        case wrongParams
        case wrongMeta
        /// A value outside the params is not accepted.
        case defective(JSONDefect)
        /// A value in the params is not accepted.
        case defectiveParams(JSONDefect)

        /// The text of the fault in error messages.
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
