/// A call or a notification as it is written.
struct OutgoingCall: Sendable {
    let method: String
    let arguments: [UInt8]
    /// The references among the arguments; `nil` for none.
    let references: ReferenceNumbers?
    /// How many milliseconds are left until ``sharedDeadline``.
    private(set) var timeout: UInt64?
    /// When the caller's time runs out, which the call says to the other side; `nil` for no limit.
    var sharedDeadline: Moment?
    /// When the caller stops waiting.
    var deadline: Moment?
    var flags: CallFlags = []
    var depth = 0

    init(_ method: String, _ arguments: [UInt8], _ references: ReferenceNumbers? = nil) {
        self.method = method
        self.arguments = arguments
        self.references = references
    }

    /// Counts what is left of the time that the call says.
    mutating func setTimeout(at now: @autoclosure () -> Moment) throws(CallError) {
        guard let sharedDeadline else { return }
        let left = sharedDeadline.timeLeft(at: now())
        guard left > .zero else {
            throw CallError(.deadlineExceeded, "The time for the call has run out", ran: .no)
        }
        let (seconds, attoseconds) = left.components
        timeout = UInt64(seconds) * 1_000 + UInt64(attoseconds) / 1_000_000_000_000_000 + 1
    }
}
