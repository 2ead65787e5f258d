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

extension Parameter {
    /// Reads the argument for this parameter and moves on to the next.
    @inlinable
    func take(
        _ index: inout Int,
        _ ranges: ArgumentRanges,
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type
    ) throws(CallError) -> Argument {
        let range = ranges[index]
        index += 1
        if range.isEmpty { return try absentArgument() }
        do throws(PayloadError) {
            return try reader.read(arguments.extracting(range), codec)
        } catch {
            throw fault(error)
        }
    }

    @usableFromInline
    func absentArgument() throws(CallError) -> Argument {
        if let defaultValue { return defaultValue }
        throw CallError(PayloadError(.missingArgument, "Parameter \(name) is missing"))
    }

    @usableFromInline
    func fault(_ error: PayloadError) -> CallError {
        CallError(PayloadError(error.reason, "Parameter \(name): \(error.message)"))
    }
}
