/// The decoder of the arguments for one parameter of a method.
///
/// A class, so that the closure of a method captures one word for each parameter.
@usableFromInline
final class ArgumentSource<Argument: Decodable & Sendable>: Sendable {
    private let name: String
    private let defaultValue: Argument?
    /// The name of the method in error messages.
    private let method: String
    private let reader = PayloadReader<Argument>()

    init(_ parameter: Parameter<Argument>, in signature: Signature) {
        name = parameter.name
        defaultValue = parameter.defaultValue
        method = signature.method
    }

    /// Decodes the argument at an index and advances the index.
    @usableFromInline
    func take(
        _ index: inout Int,
        _ ranges: borrowing ArgumentRanges,
        _ arguments: Span<UInt8>,
        _ codec: any PayloadCodec.Type
    ) throws(CallError) -> Argument {
        index += 1
        return try read(ranges[index - 1], of: arguments, as: codec)
    }

    /// Decodes the argument at an index of a call, whose arguments may contain references, and advances the index.
    @usableFromInline
    func take(
        _ index: inout Int,
        _ ranges: borrowing ArgumentRanges,
        _ arguments: Payload
    ) throws(CallError) -> Argument {
        index += 1
        let range = ranges[index - 1]
        guard case .received(let message) = arguments.references else {
            return try read(range, of: arguments.bytes.span, as: arguments.codec)
        }
        return try message.reading { () throws(CallError) in
            try read(range, of: arguments.bytes.span, as: arguments.codec)
        }
    }

    /// Decodes an argument; inlines the decoding of the most frequent types into specialised code.
    @inlinable
    @inline(__always)
    func readInPlace(
        _ range: Range<Int>,
        of arguments: Span<UInt8>,
        as codec: any PayloadCodec.Type
    ) throws(CallError) -> Argument {
        if !range.isEmpty, let value = readFrequent(Argument.self, arguments.extracting(range), codec) { return value }
        return try read(range, of: arguments, as: codec)
    }

    /// Decodes an argument of any type, and throws the error for one that ``readInPlace(_:of:as:)`` could not decode.
    @usableFromInline
    func read(
        _ range: Range<Int>,
        of arguments: Span<UInt8>,
        as codec: any PayloadCodec.Type
    ) throws(CallError) -> Argument {
        if range.isEmpty { return try absentArgument() }
        do throws(PayloadError) {
            return try reader.read(arguments.extracting(range), codec)
        } catch {
            return try argument(insteadOf: arguments.extracting(range), codec, after: error)
        }
    }

    // The functions below are not inlined into `read`: their optional of a generic type would make each call request
    // the metadata of that type.

    /// Returns the default value if the argument is null and cannot be decoded; throws the error otherwise.
    @inline(never)
    private func argument(
        insteadOf bytes: Span<UInt8>,
        _ codec: any PayloadCodec.Type,
        after error: PayloadError
    ) throws(CallError) -> Argument {
        if let defaultValue, (try? codec.kind(of: bytes)) == .null { return defaultValue }
        throw fault(PayloadError(error.reason, ": \(error.message)"))
    }

    /// Returns the default value of an omitted argument, or throws `.missingArgument`.
    @inline(never)
    private func absentArgument() throws(CallError) -> Argument {
        if let defaultValue { return defaultValue }
        throw fault(PayloadError(.missingArgument, " is missing"))
    }

    /// Returns the error with the parameter and the method as the subject of its message.
    private func fault(_ error: PayloadError) -> CallError {
        CallError(PayloadError(error.reason, "Parameter \(name) of \(method)\(error.message)"))
    }
}
