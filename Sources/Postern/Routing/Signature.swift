/// The parameters of one method with what reads its arguments.
struct Signature<each Argument: Decodable & Sendable>: Sendable {
    private let parameters: (repeat Parameter<each Argument>)
    private let list: ParameterList

    init(_ parameters: repeat Parameter<each Argument>) {
        self.parameters = (repeat each parameters)
        var names: [String] = []
        for parameter in repeat each parameters { names.append(parameter.name) }
        precondition(names.count <= ArgumentRanges.maximumCount, "A method takes at most 8 parameters: \(names)")
        precondition(Set(names).count == names.count, "Two parameters have the same name: \(names)")
        list = ParameterList(names)
    }

    var descriptions: [ParameterDescription] {
        var result: [ParameterDescription] = []
        for parameter in repeat each parameters { result.append(parameter.description) }
        return result
    }

    /// Reads all arguments of a call.
    func read(
        _ arguments: Span<UInt8>,
        as codec: any PayloadCodec.Type
    ) throws(CallError) -> (repeat each Argument) {
        do throws(PayloadError) {
            let ranges = try codec.locateArguments(arguments, for: list)
            var index = 0
            return (repeat try (each parameters).take(&index, ranges, arguments, codec))
        } catch {
            throw CallError(error)
        }
    }
}

extension Parameter {
    /// Reads the argument for this parameter and moves on to the next.
    @inline(__always)
    fileprivate func take(
        _ index: inout Int,
        _ ranges: ArgumentRanges,
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type
    ) throws(PayloadError) -> Argument {
        let current = index
        index += 1
        guard !ranges.isMissing(current) else {
            guard let defaultValue else { throw PayloadError(.missingArgument, "Parameter \(name) is missing") }
            return defaultValue
        }
        do throws(PayloadError) {
            return try reader.read(arguments.extracting(ranges[current]), codec)
        } catch {
            throw PayloadError(error.reason, "Parameter \(name): \(error.message)")
        }
    }
}
