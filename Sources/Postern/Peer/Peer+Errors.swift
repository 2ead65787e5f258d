/// Errors of calls that were served here, on their way to the caller.
extension Peer {
    /// Ends the serving of a call with an error.
    @inline(never)
    func fail(_ id: UInt64, _ method: String, _ error: CallError, after duration: Duration? = nil) {
        let error = passed(error, method, after: duration)
        change { state in _ = state.finish(id, with: .failure(error.limited(to: state.remote))) }
    }

    /// Ends a stream with an error.
    func endStream(_ id: UInt64, _ method: String, _ error: CallError) {
        let error = passed(error.asEndOfStream, method)
        change { $0.endStream(id, error.limited(to: $0.remote)) }
    }

    /// Appends the error of a short method.
    @inline(never)
    func write(_ error: CallError, for frame: CallFrame, in bytes: [UInt8], into replies: inout TurnReplies) {
        let error = passed(error, placeOfService(of: frame, in: bytes))
            .limited(to: changeInTurn { $0.remote })
        FrameWriter.writeFailure(id: frame.id, error, limit: replies.frameLimit, into: &replies.bytes)
    }

    /// Which method was called, without the number of a reference, for a call that is answered in place.
    func placeOfService(of frame: CallFrame, in bytes: [UInt8]) -> String {
        let path = String(decoding: bytes[frame.path], as: UTF8.self)
        guard ReferencePath.matches(frame.path, in: bytes), let (_, name) = ReferencePath.parse(path) else {
            return path
        }
        return ReferencePath.withoutNumber(name)
    }

    private func passed(_ error: CallError, _ method: String, after duration: Duration? = nil) -> CallError {
        let error = error.reported(method: method, after: duration, to: observer)
        return error.passed(through: CallError.Hop(method: method, peer: name), sendsTraces: sendsTraces, limits)
    }
}

extension Call {
    /// Which method was called, without the number of a reference.
    var placeOfService: String {
        target.map { ReferencePath.withoutNumber($0.method(at: method)) } ?? method
    }
}

extension ReferenceHandle {
    /// The method that was to be called, by what ``path(of:)`` made of it.
    fileprivate func method(at path: String) -> String {
        switch self {
        case .local(let local): String(path.dropFirst(local.path.count).drop { $0 == "/" })
        case .remote: ReferencePath.parse(path)?.method ?? ""
        }
    }
}
