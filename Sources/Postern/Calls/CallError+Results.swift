/// Errors of results, in the same words wherever they are found: by the encoder of a handler's result, by a peer that
/// sends it, or by a gateway that writes it in another encoding.
extension CallError {
    /// The error of a result that is larger than a message may be.
    package static func responseTooLarge(ran: Executed = .yes) -> CallError {
        CallError(.responseTooLarge, "The result is larger than allowed", ran: ran)
    }

    /// The error of a result behind which too much waits to be sent.
    package static let noRoomForAnswer = CallError(.busy, "Too many bytes wait to be sent before the result", ran: .yes)

    /// The error of a result that an encoding has no form for; why is not for callers.
    package static func unwritableResult(_ reason: PayloadError) -> CallError {
        var error = CallError(.internalError, "The result cannot be written", ran: .yes)
        error.origin = reason
        return error
    }

    /// The error of a result that could not be encoded, by the reason of the fault.
    package init(ofResult error: PayloadError) {
        switch error.reason {
        case .tooManyReferences: self.init(.tooManyReferences, error.message, ran: .yes)
        case .noConnection: self.init(.invalidRequest, error.message, ran: .yes)
        default: self = .unwritableResult(error)
        }
    }
}
