extension Signature {
    /// Reads all arguments of a call.
    ///
    /// Not a part of what waits for the handler: what is needed to read them would be room in the task of every call.
    @usableFromInline
    @inline(never)
    func arguments<each Argument: Decodable & Sendable>(
        of call: Call,
        _ sources: repeat ArgumentSource<each Argument>
    ) throws(CallError) -> (repeat each Argument) {
        let ranges = try locate(call.arguments.bytes.span, call.arguments.codec)
        var index = 0
        do {
            return (repeat try (each sources).take(&index, ranges, call.arguments))
        } catch {
            throw CallError(ofArguments: error)
        }
    }
}
