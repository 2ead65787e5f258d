/// Gives a handler the argument for one of its parameters.
///
/// A class, so that what a method captures for each parameter is one word.
@usableFromInline
final class ArgumentSource<Argument: Decodable & Sendable>: Sendable {
    private let name: String
    private let defaultValue: Argument?
    /// The method in texts of errors.
    private let method: String
    private let reader = PayloadReader<Argument>()

    init(_ parameter: Parameter<Argument>, in signature: Signature) {
        name = parameter.name
        defaultValue = parameter.defaultValue
        method = signature.method
    }

    /// Reads the argument at an index and moves on to the next.
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

    /// Reads the argument of a call at an index and moves on to the next.
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

    /// Reads an argument, in place where its type is known and frequent.
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

    /// Reads an argument of any type; also one whose frequent type did not go well, to tell why.
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

    // Apart from reading: for the optional in them the type would be looked up at each call.

    /// The default value in place of a null, which a type without one cannot be read from.
    @inline(never)
    private func argument(
        insteadOf bytes: Span<UInt8>,
        _ codec: any PayloadCodec.Type,
        after error: PayloadError
    ) throws(CallError) -> Argument {
        if let defaultValue, (try? codec.kind(of: bytes)) == .null { return defaultValue }
        throw fault(PayloadError(error.reason, ": \(error.message)"))
    }

    @inline(never)
    private func absentArgument() throws(CallError) -> Argument {
        if let defaultValue { return defaultValue }
        throw fault(PayloadError(.missingArgument, " is missing"))
    }

    private func fault(_ error: PayloadError) -> CallError {
        CallError(PayloadError(error.reason, "Parameter \(name) of \(method)\(error.message)"))
    }
}
