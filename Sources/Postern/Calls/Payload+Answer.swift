extension Payload {
    /// Reads what came as the answer to a call.
    ///
    /// - Parameter subject: What it is, for the text of the error.
    /// - Returns: The value.
    /// - Throws: `CallError` with `.internalError` when it is of another type.
    @inline(__always)
    package func answer<Value: Decodable>(_ subject: @autoclosure () -> String) throws(CallError) -> Value {
        do throws(PayloadError) {
            return try decode()
        } catch {
            throw CallError(.internalError, "Unexpected \(subject()): \(error.message)", ran: .yes)
        }
    }
}
