/// What all calls of one method have in common: which arguments there are, and how they are described.
@usableFromInline
struct Signature: Sendable {
    private let list: ParameterList
    @usableFromInline let descriptions: [ParameterDescription]

    @usableFromInline
    init(_ descriptions: [ParameterDescription]) {
        let names = descriptions.map(\.name)
        precondition(names.count <= ArgumentRanges.maximumCount, "A method takes at most 8 parameters: \(names)")
        precondition(Set(names).count == names.count, "Two parameters have the same name: \(names)")
        self.descriptions = descriptions
        list = ParameterList(names)
    }

    /// Finds the arguments of one call.
    @usableFromInline
    func locate(
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type
    ) throws(CallError) -> ArgumentRanges {
        do throws(PayloadError) {
            return try codec.locateArguments(arguments, for: list)
        } catch {
            throw CallError(error)
        }
    }
}
